// SPDX-License-Identifier: Apache-2.0
import { useRef, type PointerEvent, type RefObject } from 'react';
import { browserPoint, type BrowserPoint } from '../geometry/pixels';

const TAP_MOVES_LESS_THAN = 6; // CSS pixels; more is a drag.

interface Answers {
  onPress: (at: BrowserPoint) => void;
  onTap: (at: BrowserPoint, event: PointerEvent) => void;
  onDrag: (from: BrowserPoint, at: BrowserPoint, before: BrowserPoint) => void;
  onDrop: () => void;
  /** What one finger began comes to nothing: there is a second one, or the system took it away. */
  onGiveUp: () => void;
  onPan: (dx: number, dy: number) => void;
  onZoom: (at: BrowserPoint, factor: number) => void;
}

/** One finger or the mouse taps and drags; two fingers pan and zoom. */
export function useFingers(layer: RefObject<HTMLElement | null>, answers: Answers) {
  const fingers = useRef(new Map<number, BrowserPoint>());
  const pressed = useRef<{ from: BrowserPoint; moved: boolean } | undefined>(undefined);

  const place = (event: { clientX: number; clientY: number }): BrowserPoint => {
    const box = layer.current?.getBoundingClientRect();
    return browserPoint(event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0));
  };

  function down(event: PointerEvent): void {
    layer.current?.setPointerCapture(event.pointerId);
    const at = place(event);
    fingers.current.set(event.pointerId, at);
    const isFirst = fingers.current.size === 1;
    pressed.current = isFirst ? { from: at, moved: false } : undefined;
    if (isFirst) answers.onPress(at);
    else answers.onGiveUp();
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
      answers.onZoom(browserPoint((a.x + b.x) / 2, (a.y + b.y) / 2), factor);
      answers.onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
      return;
    }
    const press = pressed.current;
    if (!press) return;
    if (Math.hypot(at.x - press.from.x, at.y - press.from.y) >= TAP_MOVES_LESS_THAN) press.moved = true;
    if (press.moved) answers.onDrag(press.from, at, before);
  }

  function up(event: PointerEvent): void {
    fingers.current.delete(event.pointerId);
    const press = pressed.current;
    pressed.current = undefined;
    if (!press) return;
    if (event.type === 'pointercancel') answers.onGiveUp();
    else if (press.moved) answers.onDrop();
    else answers.onTap(press.from, event);
  }

  return { place, handlers: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up } };
}
