// SPDX-License-Identifier: Apache-2.0
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { Fit, panBy, wholeView, zoomAt, type View } from '../geometry/fit';
import { browserPoint, type BrowserPoint, type Size } from '../geometry/pixels';
import { useTexts } from '../text';
import { useSize } from '../ui/use_size';

export interface Moves {
  pan: (dx: number, dy: number) => void;
  zoom: (at: BrowserPoint, factor: number) => void;
}

interface Props {
  frame: Size;
  /** The layers, from below to above. */
  children: (fit: Fit, moves: Moves) => ReactNode;
  /** Over the layers, in the corners. */
  over?: ReactNode;
}

/** The lit table with the frame on it: zoom and pan are here, and nothing else. */
export function Stage({ frame, children, over }: Props) {
  const t = useTexts();
  const table = useRef<HTMLDivElement>(null);
  const stage = useSize(table);
  const [view, setView] = useState<View>(() => wholeView(frame));
  const fit = useMemo(() => new Fit(stage, frame, view), [stage, frame, view]);
  const zoom = (at: BrowserPoint, factor: number) => setView((before) => zoomAt(stage, frame, before, at, before.zoom * factor));
  const pan = (dx: number, dy: number) => setView((before) => panBy(stage, frame, before, dx, dy));
  const middle = browserPoint(stage.width / 2, stage.height / 2);

  return (
    <div ref={table} className="relative h-full min-h-0 w-full overflow-hidden bg-table">
      {stage.width > 0 && stage.height > 0 && children(fit, { pan, zoom })}
      <div className="absolute bottom-3 right-3 flex overflow-hidden rounded border border-line bg-paper">
        <button type="button" aria-label={t.stage.zoomOut} disabled={view.zoom <= 1} onClick={() => zoom(middle, 1 / 1.5)}
          className="h-10 w-10 disabled:opacity-40">−</button>
        <button type="button" title={t.stage.wholeFrame} onClick={() => setView(wholeView(frame))}
          className="h-10 border-x border-line px-2 text-small">
          {Math.round(view.zoom * 100)} %<span className="sr-only">: {t.stage.wholeFrame}</span>
        </button>
        <button type="button" aria-label={t.stage.zoomIn} disabled={view.zoom >= 16} onClick={() => zoom(middle, 1.5)}
          className="h-10 w-10 disabled:opacity-40">+</button>
      </div>
      {over}
    </div>
  );
}
