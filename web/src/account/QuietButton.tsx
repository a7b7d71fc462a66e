// SPDX-License-Identifier: Apache-2.0
import type { ButtonHTMLAttributes } from 'react';

/** What stands in every row of a list and is seldom wanted. */
export function QuietButton(props: ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      className="-my-1 min-h-8 shrink-0 text-small text-soft underline decoration-line underline-offset-4 hover:text-ink"
      {...props}
    />
  );
}
