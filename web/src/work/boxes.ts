// SPDX-License-Identifier: Apache-2.0
import { boxOnTheWay } from '../geometry/box';
import type { ShownBox } from '../point/shown';
import type { Taps } from './taps';

/** Each object's box in `frame`; with `offers`, where the current object has none, the nearest drawn one. */
export function boxesIn(taps: Taps, frame: number, offers: boolean): ShownBox[] {
  return [...new Set(taps.boxes.map((box) => box.object))].flatMap((object): ShownBox[] => {
    const drawn = taps.boxes.filter((box) => box.object === object).sort((a, b) => a.frame - b.frame);
    const before = drawn.findLast((box) => box.frame <= frame);
    const after = drawn.find((box) => box.frame >= frame);
    const shown = (box: Omit<ShownBox, 'object' | 'how'>, how: ShownBox['how']): ShownBox[] =>
      [{ x: box.x, y: box.y, width: box.width, height: box.height, object, how }];
    if (before && before === after) return shown(before, 'drawn');
    if (before && after) {
      return shown(boxOnTheWay(before, after, (frame - before.frame) / (after.frame - before.frame)), 'between');
    }
    const nearest = before ?? after;
    return nearest && offers && object === taps.object ? shown(nearest, 'offered') : [];
  });
}
