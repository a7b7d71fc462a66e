// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTexts } from '../text';

/** The lit table that videos are laid on; while one is held over the page, it says so. */
export function DropZone({ isOver, children }: { isOver: boolean; children: ReactNode }) {
  const t = useTexts();
  return (
    <section className="flex min-h-0 flex-1 flex-col p-3 wide:p-6">
      <div
        className={`relative flex min-h-0 flex-1 flex-col overflow-y-auto rounded border border-dashed bg-[radial-gradient(ellipse_at_center,rgb(var(--paper))_30%,rgb(var(--table))_100%)] transition-colors ${
          isOver ? 'border-accent' : 'border-soft/60'
        }`}
      >
        {children}
        {isOver && (
          <div className="pointer-events-none absolute inset-0 flex items-center justify-center bg-paper p-6">
            <p className="text-center text-number font-semibold">{t.upload.dropHere}</p>
          </div>
        )}
      </div>
    </section>
  );
}
