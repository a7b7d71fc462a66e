// SPDX-License-Identifier: Apache-2.0
import { maskPoint, type MaskPoint } from '../geometry/pixels';

type Loop = MaskPoint[];

/**
 * The borders between set and other pixels, as closed loops of corners, set pixels on the right:
 * clockwise around what is set, the other way around holes. Diagonal neighbours stay apart.
 */
export function outlines(width: number, height: number, pixels: Uint8Array): Loop[] {
  const isSet = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;
  // Of the corner (x, y): has a step along a border been taken from here to the right, down, left, up?
  const taken = new Uint8Array((width + 1) * (height + 1));
  const loops: Loop[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const beginsBorder = isSet(x, y) && !isSet(x, y - 1) && (taken[y * (width + 1) + x]! & 1) === 0;
      if (beginsBorder) loops.push(follow(x, y, isSet, taken, width + 1));
    }
  }
  return loops;
}

const STEPS = [[1, 0], [0, 1], [-1, 0], [0, -1]] as const;

function follow(
  startX: number, startY: number, isSet: (x: number, y: number) => boolean, taken: Uint8Array, stride: number,
): Loop {
  const loop: Loop = [];
  let [x, y, direction] = [startX, startY, 0];
  let last = -1;
  do {
    if (direction !== last) loop.push(maskPoint(x, y));
    last = direction;
    taken[y * stride + x]! |= 1 << direction;
    const [dx, dy] = STEPS[direction]!;
    x += dx;
    y += dy;
    // Right first: so diagonal neighbours are two loops.
    for (const turn of [1, 0, 3]) {
      const next = (direction + turn) % 4;
      if (isBorder(x, y, next, isSet)) {
        direction = next;
        break;
      }
    }
  } while (!(x === startX && y === startY && direction === 0));
  return loop;
}

/** Does a border with the set pixel on its right go from corner (x, y) in this direction? */
function isBorder(x: number, y: number, direction: number, isSet: (x: number, y: number) => boolean): boolean {
  switch (direction) {
    case 0: return isSet(x, y) && !isSet(x, y - 1);
    case 1: return isSet(x - 1, y) && !isSet(x, y);
    case 2: return isSet(x - 1, y - 1) && !isSet(x - 1, y);
    default: return isSet(x, y - 1) && !isSet(x - 1, y - 1);
  }
}

/** Fewer corners: none that is nearer than `tolerance` to the line between others (Douglas and Peucker, 1973). */
export function simplified(loop: Loop, tolerance: number): Loop {
  if (loop.length <= 8) return loop;
  const keep = new Uint8Array(loop.length);
  const middle = loop.length >> 1;
  keep[0] = keep[middle] = 1;
  const open: [number, number][] = [[0, middle], [middle, loop.length]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const a = loop[from]!;
    const b = loop[to % loop.length]!;
    let worst = 0;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const away = distance(loop[i]!, a, b);
      if (away > worst) [worst, at] = [away, i];
    }
    if (worst > tolerance) {
      keep[at] = 1;
      open.push([from, at], [at, to]);
    }
  }
  return loop.filter((_, i) => keep[i] === 1);
}

function distance(p: MaskPoint, a: MaskPoint, b: MaskPoint): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return Math.hypot(p.x - a.x, p.y - a.y);
  return Math.abs(dx * (a.y - p.y) - dy * (a.x - p.x)) / length;
}
