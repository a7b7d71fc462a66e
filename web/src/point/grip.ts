// SPDX-License-Identifier: Apache-2.0
import type { Box, Edge, Grip } from '../geometry/box';
import type { Fit } from '../geometry/fit';
import { framePoint, type BrowserPoint } from '../geometry/pixels';

const REACH = 12; // CSS pixels to each side of an edge: what a finger hits.

export function rectOf(fit: Fit, box: Box) {
  const corner = fit.toBrowser(framePoint(box.x, box.y));
  return { left: corner.x, top: corner.y, width: box.width * fit.scale, height: box.height * fit.scale };
}

/** What of the box is under the finger. The middle half of a small box is kept for moving it. */
export function gripAt(fit: Fit, box: Box, at: BrowserPoint): Grip | undefined {
  const { left, top, width, height } = rectOf(fit, box);
  const x = edgeAt(at.x - left, width);
  const y = edgeAt(at.y - top, height);
  return x !== undefined && y !== undefined ? { x, y } : undefined;
}

function edgeAt(at: number, side: number): Edge | undefined {
  if (at < -REACH || at > side + REACH) return undefined;
  const inwards = Math.min(REACH, side / 4);
  if (at < inwards) return -1;
  return at > side - inwards ? 1 : 0;
}

export function cursorOf({ x, y }: Grip): string {
  if (x === 0 && y === 0) return 'move';
  if (x === 0) return 'ns-resize';
  if (y === 0) return 'ew-resize';
  return x === y ? 'nwse-resize' : 'nesw-resize';
}
