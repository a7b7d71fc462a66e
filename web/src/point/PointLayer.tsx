// SPDX-License-Identifier: Apache-2.0
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Fit } from '../geometry/fit';
import { browserPoint, type BrowserPoint, type FramePoint } from '../geometry/pixels';
import { BoxLayer } from './BoxLayer';
import { cursorOf } from './grip';
import type { ShownBox, ShownPoint } from './shown';
import { useBoxDrag } from './use_box_drag';
import { useFingers } from './use_fingers';

interface Props {
  fit: Fit;
  points: readonly ShownPoint[];
  boxes: readonly ShownBox[];
  /** The current one: what is drawn is about it. */
  object: number;
  editsBoxes: boolean;
  drawsBox: boolean; // By dragging, where there is no box yet.
  label: string;
  onTap: (at: FramePoint, notThis: boolean) => void;
  onBox: (box: ShownBox, goesOn: boolean) => void;
  onChoose: (object: number) => void;
  onPan: (dx: number, dy: number) => void;
  onZoom: (at: BrowserPoint, factor: number) => void;
}

const KEY_STEP = 16;

/** Takes taps, drags and pinches on the stage, and shows what was tapped and drawn. */
export function PointLayer(props: Props) {
  const { fit, points, boxes, object, editsBoxes, drawsBox, label, onTap, onBox, onChoose, onPan, onZoom } = props;
  const layer = useRef<HTMLDivElement>(null);
  const [cross, setCross] = useState<BrowserPoint>();
  const [cursor, setCursor] = useState<string>();
  const box = useBoxDrag({ fit, boxes, object, edits: editsBoxes, draws: drawsBox, onBox: (to) => onBox(to, false) });
  const { live } = box;
  const { place, handlers } = useFingers(layer, {
    onPress: box.press,
    onDrag: (from, at, before) => {
      if (!box.drag(from, at)) onPan(at.x - before.x, at.y - before.y);
    },
    onDrop: box.drop,
    onGiveUp: box.giveUp,
    onTap: (at, event) => {
      const under = box.under(at)?.box;
      box.giveUp();
      // Where an object's box holds, a tap on the object would say nothing.
      if (under?.object === object) layer.current?.querySelector<HTMLElement>(`[data-box="${object}"]`)?.focus({ preventScroll: true });
      else tap(at, event.shiftKey);
    },
    onPan,
    onZoom,
  });

  function tap(at: BrowserPoint, notThis: boolean): void {
    const inFrame = fit.tapped(at);
    if (inFrame) onTap(inFrame, notThis);
  }

  function keyed(event: KeyboardEvent): void {
    // With alt, arrows lead a cross over the frame, and enter taps there.
    const middle = fit.toBrowser(fit.toFrame(browserPoint(fit.stage.width / 2, fit.stage.height / 2)));
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (event.altKey && step) {
      const from = cross ?? middle;
      setCross(browserPoint(from.x + step[0] * KEY_STEP, from.y + step[1] * KEY_STEP));
    } else if (event.key === 'Enter') {
      tap(cross ?? middle, event.shiftKey);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    // An application is interactive; the rules do not know.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={layer}
      role="application"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="absolute inset-0 touch-none overflow-clip"
      style={{ cursor: cursor ?? (drawsBox ? 'crosshair' : 'pointer') }}
      {...handlers}
      onPointerMove={(event: PointerEvent) => {
        handlers.onPointerMove(event);
        if (event.buttons > 0) return;
        const under = box.under(place(event));
        setCursor(under && cursorOf(under.grip));
      }}
      onWheel={(event) => onZoom(place(event), Math.exp(-event.deltaY / 400))}
      onBlur={() => setCross(undefined)}
      onKeyDown={keyed}
    >
      <svg className="pointer-events-none absolute inset-0 h-full w-full" aria-hidden="true">
        {points.map((point, i) => <Ring key={i} {...point} center={fit.toBrowser(point.at)} />)}
        {cross && (
          <path
            d={`M${cross.x - 12} ${cross.y}h24M${cross.x} ${cross.y - 12}v24`}
            stroke="rgb(var(--accent))"
            strokeWidth={2}
          />
        )}
      </svg>
      <BoxLayer
        fit={fit}
        boxes={live ? [...boxes.filter((one) => one.object !== live.object), live] : boxes}
        object={live?.object ?? object}
        edits={editsBoxes}
        onBox={onBox}
        onChoose={onChoose}
        onLeave={() => layer.current?.focus()}
      />
    </div>
  );
}

/** A small ring; "not this" is a ring with a bar. */
function Ring({ center, object, isObject }: ShownPoint & { center: BrowserPoint }) {
  return (
    <g className={`object-${object}`} fill="none">
      <circle cx={center.x} cy={center.y} r={7} stroke="rgb(0 0 0 / 0.7)" strokeWidth={4} />
      <circle cx={center.x} cy={center.y} r={7} stroke="rgb(var(--object))" strokeWidth={2} />
      {!isObject && <path d={`M${center.x - 5} ${center.y + 5}l10 -10`} stroke="rgb(var(--object))" strokeWidth={2} />}
    </g>
  );
}
