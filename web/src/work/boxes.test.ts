// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { boxesIn } from './boxes';
import { boxIn, noTaps, type TapBox, type Taps } from './taps';

const box = (x: number, frame: number, object = 1): TapBox => ({ x, y: 20, width: 10, height: 10, frame, object });
const taps = (...boxes: TapBox[]): Taps => ({ ...noTaps, boxes });

describe('boxesIn', () => {
  it('shows what was drawn, and between two boxes of an object the one on the way, whatever came first', () => {
    const some = taps(box(40, 12), box(10, 2), box(70, 22));
    expect(boxesIn(some, 2, false)).toEqual([{ x: 10, y: 20, width: 10, height: 10, object: 1, how: 'drawn' }]);
    expect(boxesIn(some, 5, false)).toEqual([{ x: 19, y: 20, width: 10, height: 10, object: 1, how: 'between' }]);
    expect(boxesIn(some, 12, false)).toMatchObject([{ x: 40, how: 'drawn' }]);
    expect(boxesIn(some, 17, false)).toMatchObject([{ x: 55, how: 'between' }]);
  });

  it('shows nothing before the first and after the last', () => {
    const some = taps(box(10, 2), box(40, 12));
    expect(boxesIn(some, 1, false)).toEqual([]);
    expect(boxesIn(some, 13, false)).toEqual([]);
  });

  it('offers there the nearest of the current object', () => {
    const some = taps(box(10, 2), box(40, 12), box(90, 0, 2));
    expect(boxesIn(some, 1, true)).toMatchObject([{ x: 10, object: 1, how: 'offered' }]);
    expect(boxesIn(some, 30, true)).toMatchObject([{ x: 40, object: 1, how: 'offered' }]);
    expect(boxesIn({ ...some, object: 2 }, 30, true)).toMatchObject([{ x: 90, object: 2, how: 'offered' }]);
    expect(boxesIn({ ...some, object: 3 }, 30, true)).toEqual([]);
  });

  it('takes nothing of one object for another', () => {
    expect(boxesIn(taps(box(10, 0), box(40, 10, 2)), 5, false)).toEqual([]);
    expect(boxesIn(taps(box(10, 0), box(40, 0, 2)), 0, false)).toMatchObject([{ x: 10, object: 1 }, { x: 40, object: 2 }]);
  });
});

describe('boxIn', () => {
  it('is the one drawn in the frame, not one on the way', () => {
    const some = taps(box(10, 2), box(40, 12), box(90, 5, 2));
    expect(boxIn(some, 12, 1)?.x).toBe(40);
    expect(boxIn(some, 5, 1)).toBeUndefined();
    expect(boxIn(some, 5, 2)?.x).toBe(90);
  });
});
