// SPDX-License-Identifier: Apache-2.0
import type { FramePoint, Size } from './pixels';

/** In whole pixels of the shown frame. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The low edge of a box in one direction, the high one, or neither. */
export type Edge = -1 | 0 | 1;
/** What is held of a box: edges, or with neither the whole. */
export interface Grip {
  readonly x: Edge;
  readonly y: Edge;
}

const LEAST_SIDE = 2;

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, Math.round(value)));
const boxOf = ([x0, x1]: readonly [number, number], [y0, y1]: readonly [number, number]): Box =>
  ({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 });

export const isSameBox = (a: Box, b: Box): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

/** The box with these opposite corners, cut at the frame's edges; nothing when too little is left of it. */
export function boxBetween(a: FramePoint, b: FramePoint, frame: Size): Box | undefined {
  const along = (from: number, to: number, most: number) =>
    [clamp(Math.min(from, to), 0, most), clamp(Math.max(from, to), 0, most)] as const;
  const box = boxOf(along(a.x, b.x, frame.width), along(a.y, b.y, frame.height));
  return box.width >= LEAST_SIDE && box.height >= LEAST_SIDE ? box : undefined;
}

/** `box` with what is held of it moved; it stays in the frame, and an edge stops before the one across. */
export function dragged(box: Box, grip: Grip, by: { x: number; y: number }, frame: Size): Box {
  const isWhole = grip.x === 0 && grip.y === 0;
  const along = (low: number, side: number, edge: Edge, way: number, most: number) => {
    const high = low + side;
    if (edge === -1) return [clamp(low + way, 0, high - LEAST_SIDE), high] as const;
    if (edge === 1) return [low, clamp(high + way, low + LEAST_SIDE, most)] as const;
    const to = isWhole ? clamp(low + way, 0, most - side) : low;
    return [to, to + side] as const;
  };
  return boxOf(along(box.x, box.width, grip.x, by.x, frame.width), along(box.y, box.height, grip.y, by.y, frame.height));
}

/** The box at a share of the way from `a` to `b`, as the server has it: no pixel of the true one is left out. */
export function boxOnTheWay(a: Box, b: Box, share: number): Box {
  const mix = (from: number, to: number) => from + (to - from) * share;
  const along = (low: number, side: number, toLow: number, toSide: number) =>
    [Math.floor(mix(low, toLow)), Math.ceil(mix(low + side, toLow + toSide))] as const;
  return boxOf(along(a.x, a.width, b.x, b.width), along(a.y, a.height, b.y, b.height));
}
