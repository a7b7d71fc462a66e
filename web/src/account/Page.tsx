// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, type ReactNode } from 'react';

/** What a page or a step of it is called. Whoever comes here by keyboard or reader goes on from it. */
export function Title({ children, id }: { children: ReactNode; id?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} id={id} tabIndex={-1} className="text-number font-semibold outline-none">
      {children}
    </h1>
  );
}

/** One sheet of paper in the middle of the table: one question and its answer. */
export function Panel({ children }: { children: ReactNode }) {
  return (
    <div className="flex shrink-0 grow basis-auto flex-col bg-paper wide:bg-table wide:p-8">
      <div className="flex w-full flex-col gap-5 bg-paper px-5 py-8 wide:m-auto wide:w-[27rem] wide:rounded wide:border wide:border-line wide:p-8">
        {children}
      </div>
    </div>
  );
}

/** A column of paper, to be read from above to below. */
export function Column({ children }: { children: ReactNode }) {
  return (
    <div className="flex shrink-0 grow basis-auto flex-col bg-paper">
      <div className="mx-auto flex w-full max-w-[58rem] flex-col px-5 pb-16 pt-8 wide:pt-12">{children}</div>
    </div>
  );
}

/** A part of a column: its name stands on the left where there is room. */
export function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section
      aria-label={name}
      className="grid gap-x-8 gap-y-3 border-t border-line py-6 wide:grid-cols-[13rem_minmax(0,1fr)] wide:py-8"
    >
      <h2 className="font-semibold">{name}</h2>
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  );
}
