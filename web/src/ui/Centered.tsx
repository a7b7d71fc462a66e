// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';

/** A little text in the middle of the table. */
export function Centered({ children }: { children: ReactNode }) {
  return <div className="m-auto flex max-w-md flex-col gap-4 p-6">{children}</div>;
}
