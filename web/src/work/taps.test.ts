// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { framePoint } from '../geometry/pixels';
import { MOST_OBJECTS, noTaps, objectsOf, pointsIn, saysEnough, tapped, type TapAction, type Taps } from './taps';

const all = (...actions: TapAction[]): Taps => actions.reduce(tapped, noTaps);
const tap = (x: number, frame = 0, notThis?: boolean): TapAction =>
  ({ do: 'tap', at: framePoint(x, 1), frame, ...(notThis !== undefined && { notThis }) });

describe('tapped', () => {
  it('takes the first tap of an object for the object, whatever is switched on', () => {
    expect(all({ do: 'not this', on: true }, tap(1)).points[0]?.isObject).toBe(true);
    expect(all(tap(1, 0, true)).points[0]?.isObject).toBe(true);
  });

  it('takes "not this" for one tap', () => {
    const taps = all(tap(1), { do: 'not this', on: true }, tap(2), tap(3));
    expect(taps.points.map((point) => point.isObject)).toEqual([true, false, true]);
    expect(all(tap(1), tap(2, 0, true)).points[1]?.isObject).toBe(false);
  });

  it('undoes in the order in which things came, points and boxes alike', () => {
    const box = { x: 1, y: 1, width: 5, height: 5, frame: 3 };
    let taps = all(tap(1), { do: 'new object' }, { do: 'box', box }, tap(2, 4));
    expect(objectsOf(taps)).toEqual([1, 2]);
    taps = tapped(taps, { do: 'undo' });
    expect(taps.points).toHaveLength(1);
    expect(taps.boxes).toHaveLength(1);
    taps = tapped(taps, { do: 'undo' });
    expect(taps.boxes).toHaveLength(0);
    taps = tapped(taps, { do: 'undo' });
    expect(taps.points).toHaveLength(0);
    expect(taps.object).toBe(1);
    expect(tapped(taps, { do: 'undo' })).toBe(taps);
  });

  it('has six objects and no more', () => {
    let taps = noTaps;
    for (let i = 0; i < 9; i++) taps = tapped(tapped(taps, tap(i)), { do: 'new object' });
    expect(objectsOf(taps)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tapped(taps, { do: 'choose', object: MOST_OBJECTS + 1 })).toBe(taps);
  });
});

describe('saysEnough', () => {
  it('asks for something that lies on each object', () => {
    expect(saysEnough(noTaps)).toBe(false);
    expect(saysEnough(all(tap(1)))).toBe(true);
    expect(saysEnough(all(tap(1), tap(2, 0, true), { do: 'undo' }))).toBe(true);
  });
});

describe('objects that have masks already', () => {
  it('may be told "not this" by their first tap, and that is enough', () => {
    const known = all({ do: 'know', objects: [2, 5] });
    expect(known.object).toBe(2);
    expect(objectsOf(known)).toEqual([2, 5]);
    expect(saysEnough(known)).toBe(false);
    const taps = tapped(known, tap(1, 3, true));
    expect(taps.points[0]?.isObject).toBe(false);
    expect(saysEnough(taps)).toBe(true);
    expect(tapped({ ...taps, object: 5 }, { do: 'know', objects: [1, 2, 5] }).object).toBe(5);
  });
});

describe('pointsIn', () => {
  it('gives those of one frame and object', () => {
    const taps = all(tap(1), tap(2, 5), { do: 'new object' }, tap(3, 5));
    expect(pointsIn(taps, 5, 1).map((point) => point.at.x)).toEqual([2]);
    expect(pointsIn(taps, 5, 2).map((point) => point.at.x)).toEqual([3]);
  });
});
