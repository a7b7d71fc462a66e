// SPDX-License-Identifier: Apache-2.0
import { useId, type ReactNode } from 'react';
import type { Fit } from '../geometry/fit';
import { useTexts } from '../text';

/** Before on the left of an edge that is dragged, after on the right. */
export function Compare({ fit, share, onShare, before }: { fit: Fit; share: number; onShare: (share: number) => void; before: ReactNode }) {
  const t = useTexts();
  const id = useId();
  const x = fit.left + fit.frame.width * fit.scale * share;
  return (
    <>
      <div className="absolute inset-0" style={{ clipPath: `inset(0 ${Math.max(0, fit.stage.width - x)}px 0 0)` }}>{before}</div>
      <div className="pointer-events-none absolute w-0.5 bg-accent" style={{ left: x - 1, top: fit.top, height: fit.frame.height * fit.scale }} />
      <div className="absolute left-3 right-3 top-3 z-10 flex items-center gap-3 rounded border border-line bg-paper px-3 text-small">
        <span>{t.work.before}</span>
        <label htmlFor={id} className="sr-only">{t.work.compare}</label>
        <input id={id} type="range" min={0} max={1} step={0.005} value={share}
          onChange={(event) => onShare(Number(event.target.value))} className="h-10 min-w-0 flex-1" />
        <span>{t.work.after}</span>
      </div>
    </>
  );
}
