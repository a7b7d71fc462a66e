// SPDX-License-Identifier: Apache-2.0
import type { Fit } from '../geometry/fit';
import type { ShownMask } from './shown_mask';
import { pathOf } from './shown_mask';

/** The masks of one frame: frosted glass with a thin moving outline in the object's colour. */
export function MaskLayer({ fit, masks, label }: { fit: Fit; masks: readonly ShownMask[]; label: (object: number) => string }) {
  return (
    <div className="pointer-events-none absolute inset-0 overflow-hidden">
      {masks.map((mask) => {
        const path = pathOf(mask, fit);
        return (
          <div key={mask.object}>
            <div className="mask-glass absolute inset-0" style={{ clipPath: `path(evenodd, "${path}")` }} />
            <svg role="img" aria-label={label(mask.object)} className="absolute inset-0 h-full w-full">
              <path d={path} className="mask-ground" />
              <path d={path} className={`mask-outline object-${mask.object}`} />
            </svg>
          </div>
        );
      })}
    </div>
  );
}
