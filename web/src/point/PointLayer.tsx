// SPDX-License-Identifier: Apache-2.0
import { useRef, useState, type PointerEvent } from 'react';
import type { Fit } from '../geometry/fit';
import { browserPoint, framePoint, type BrowserPoint, type FramePoint } from '../geometry/pixels';

export interface ShownPoint {
  at: FramePoint;
  object: number;
  isObject: boolean;
}
export interface ShownBox {
  x: number;
  y: number;
  width: number;
  height: number;
  object: number;
}

interface Props {
  fit: Fit;
  points: readonly ShownPoint[];
  boxes: readonly ShownBox[];
  drawsBox: boolean;
  label: string;
  onTap: (at: FramePoint, notThis: boolean) => void;
  onBox: (box: { x: number; y: number; width: number; height: number }) => void;
  onPan: (dx: number, dy: number) => void;
  onZoom: (at: BrowserPoint, factor: number) => void;
}

const TAP_MOVES_LESS_THAN = 6; // CSS pixels; more is a drag.
const KEY_STEP = 16;

/** Takes taps, drags and pinches on the stage, and shows what was tapped. */
export function PointLayer(props: Props) {
  const { fit, points, boxes, drawsBox, label, onTap, onBox, onPan, onZoom } = props;
  const layer = useRef<HTMLDivElement>(null);
  const fingers = useRef(new Map<number, BrowserPoint>());
  const pressed = useRef<{ from: BrowserPoint; moved: boolean } | undefined>(undefined);
  const [drawn, setDrawn] = useState<{ from: BrowserPoint; to: BrowserPoint }>();
  const [cursor, setCursor] = useState<BrowserPoint>();

  const place = (event: { clientX: number; clientY: number }): BrowserPoint => {
    const box = layer.current?.getBoundingClientRect();
    return browserPoint(event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0));
  };

  function down(event: PointerEvent): void {
    layer.current?.setPointerCapture(event.pointerId);
    const at = place(event);
    fingers.current.set(event.pointerId, at);
    pressed.current = fingers.current.size === 1 ? { from: at, moved: false } : undefined;
    if (drawsBox && pressed.current) setDrawn({ from: at, to: at });
  }

  function move(event: PointerEvent): void {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const at = place(event);
    fingers.current.set(event.pointerId, at);
    const [a, b] = [...fingers.current.values()];
    if (fingers.current.size === 2 && a && b) {
      const other = at === a ? b : a;
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      onZoom(browserPoint((a.x + b.x) / 2, (a.y + b.y) / 2), factor);
      onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
      return;
    }
    const press = pressed.current;
    if (!press) return;
    if (Math.hypot(at.x - press.from.x, at.y - press.from.y) >= TAP_MOVES_LESS_THAN) press.moved = true;
    if (drawsBox) setDrawn({ from: press.from, to: at });
    else if (press.moved) onPan(at.x - before.x, at.y - before.y);
  }

  function up(event: PointerEvent): void {
    fingers.current.delete(event.pointerId);
    const press = pressed.current;
    pressed.current = undefined;
    setDrawn(undefined);
    if (!press || event.type === 'pointercancel') return;
    const at = place(event);
    if (drawsBox) {
      const box = boxBetween(fit, press.from, at);
      if (box) onBox(box);
    } else if (!press.moved) {
      tap(press.from, event.shiftKey);
    }
  }

  function tap(at: BrowserPoint, notThis: boolean): void {
    const inFrame = fit.tapped(at);
    if (inFrame) onTap(inFrame, notThis);
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
      className={`absolute inset-0 touch-none ${drawsBox ? 'cursor-crosshair' : 'cursor-pointer'}`}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onWheel={(event) => onZoom(place(event), Math.exp(-event.deltaY / 400))}
      onBlur={() => setCursor(undefined)}
      onKeyDown={(event) => {
        // With alt, arrows lead a cross over the frame, and enter taps there.
        const middle = fit.toBrowser(fit.toFrame(browserPoint(fit.stage.width / 2, fit.stage.height / 2)));
        const steps: Record<string, [number, number]> = {
          ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
        };
        const step = steps[event.key];
        if (event.altKey && step) {
          const from = cursor ?? middle;
          setCursor(browserPoint(from.x + step[0] * KEY_STEP, from.y + step[1] * KEY_STEP));
        } else if (event.key === 'Enter') {
          tap(cursor ?? middle, event.shiftKey);
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <svg className="pointer-events-none absolute inset-0 h-full w-full" aria-hidden="true">
        {points.map((point, i) => <Ring key={i} {...point} center={fit.toBrowser(point.at)} />)}
        {boxes.map((box, i) => (
          <rect
            key={i}
            className={`object-${box.object}`}
            {...rectOf(fit, box)}
            fill="none"
            stroke="rgb(var(--object))"
            strokeWidth={2}
          />
        ))}
        {drawn && drawsBox && (
          <rect
            x={Math.min(drawn.from.x, drawn.to.x)}
            y={Math.min(drawn.from.y, drawn.to.y)}
            width={Math.abs(drawn.to.x - drawn.from.x)}
            height={Math.abs(drawn.to.y - drawn.from.y)}
            fill="none"
            stroke="rgb(var(--accent))"
            strokeWidth={2}
            strokeDasharray="6 4"
          />
        )}
        {cursor && (
          <path
            d={`M${cursor.x - 12} ${cursor.y}h24M${cursor.x} ${cursor.y - 12}v24`}
            stroke="rgb(var(--accent))"
            strokeWidth={2}
          />
        )}
      </svg>
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

function rectOf(fit: Fit, box: ShownBox) {
  const corner = fit.toBrowser(framePoint(box.x, box.y));
  return { x: corner.x, y: corner.y, width: box.width * fit.scale, height: box.height * fit.scale };
}

/** In whole pixels of the frame, of at least two a side; nothing beside the frame. */
export function boxBetween(fit: Fit, from: BrowserPoint, to: BrowserPoint) {
  const [a, b] = [fit.toFrame(from), fit.toFrame(to)];
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
  const [x0, x1] = [clamp(Math.min(a.x, b.x), fit.frame.width), clamp(Math.max(a.x, b.x), fit.frame.width)];
  const [y0, y1] = [clamp(Math.min(a.y, b.y), fit.frame.height), clamp(Math.max(a.y, b.y), fit.frame.height)];
  return x1 - x0 >= 2 && y1 - y0 >= 2 ? { x: x0, y: y0, width: x1 - x0, height: y1 - y0 } : undefined;
}
