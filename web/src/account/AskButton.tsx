// SPDX-License-Identifier: Apache-2.0
import type { ComponentProps } from 'react';
import { Button } from '../ui/Button';

/**
 * A button that sends something. While that is on its way it does nothing (`useAsking` sees to that), but it keeps the
 * focus, which a disabled one loses.
 */
export function AskButton({ busy, className = '', ...rest }: ComponentProps<typeof Button> & { busy: boolean }) {
  return <Button aria-disabled={busy || undefined} className={`aria-disabled:opacity-50 ${className}`} {...rest} />;
}
