// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { framePoint } from '../geometry/pixels';
import { MOST_OBJECTS, noTaps, objectsOf, pointsIn, saysEnough, scaleIn, tapped, type TapAction, type Taps } from './taps';

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
    const box = { x: 1, y: 1, width: 5, height: 5, frame: 3, object: 2 };
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

describe('boxes', () => {
  const box = (x: number, frame = 0, object = 1) => ({ x, y: 1, width: 5, height: 5, frame, object });
  const draw = (x: number, frame?: number, object?: number): TapAction => ({ do: 'box', box: box(x, frame, object) });
  const undo: TapAction = { do: 'undo' };

  it('are one of an object and frame: another takes its place, and comes back when that is undone', () => {
    const taps = all(draw(1), draw(2, 9), draw(3, 0, 2), draw(4));
    expect(taps.boxes).toEqual([box(2, 9), box(3, 0, 2), box(4)]);
    expect(tapped(taps, undo).boxes).toEqual([box(1), box(2, 9), box(3, 0, 2)]);
  });

  it('make their object the current one', () => {
    expect(all(draw(1), draw(2, 0, 3)).object).toBe(3);
    expect(all(draw(1), draw(2, 0, 3), undo).object).toBe(1);
  });

  it('are undone in one step for all that a held key did, and in none for what changed nothing', () => {
    const taps = all(draw(1), draw(2), ...[3, 4, 5].map((x): TapAction => ({ do: 'box', box: box(x), goesOn: true })), draw(5));
    expect(taps.boxes).toEqual([box(5)]);
    expect(tapped(taps, undo).boxes).toEqual([box(1)]);
  });

  it('are removed from the frame for the current object alone, and come back', () => {
    const taps = all(draw(1, 0, 2), draw(2, 9), draw(3), { do: 'remove box', frame: 0 });
    expect(taps.boxes).toEqual([box(1, 0, 2), box(2, 9)]);
    expect(tapped(taps, { do: 'remove box', frame: 0 })).toBe(taps);
    expect(tapped(taps, undo).boxes).toHaveLength(3);
  });

  it('say nothing once they are gone', () => {
    const taps = all(draw(1));
    expect(saysEnough(taps)).toBe(true);
    expect(saysEnough(tapped(taps, { do: 'remove box', frame: 0 }))).toBe(false);
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

describe('what was chosen', () => {
  const choose = (scale: 'part' | 'object' | 'group'): TapAction => ({ do: 'scale', frame: 0, object: 1, scale });

  it('belongs to the last point of the object in the frame, and goes with it', () => {
    const once = all(tap(1), tap(2, 5), choose('part'));
    expect(once.points.map((point) => point.scale)).toEqual(['part', undefined]);
    expect(scaleIn(once, 0, 1)).toBe('part');
    const further = tapped(once, tap(3));
    expect(scaleIn(further, 0, 1)).toBe('object');
    expect(tapped(further, choose('group')).points.map((point) => point.scale)).toEqual(['part', undefined, 'group']);
    expect(scaleIn(tapped(further, { do: 'undo' }), 0, 1)).toBe('part');
  });

  it('may be taken back, and is a step of its own', () => {
    expect(scaleIn(all(tap(1), choose('part'), choose('object')), 0, 1)).toBe('object');
    expect(scaleIn(all(tap(1), choose('part'), choose('group'), { do: 'undo' }), 0, 1)).toBe('part');
  });
});

describe('pointsIn', () => {
  it('gives those of one frame and object', () => {
    const taps = all(tap(1), tap(2, 5), { do: 'new object' }, tap(3, 5));
    expect(pointsIn(taps, 5, 1).map((point) => point.at.x)).toEqual([2]);
    expect(pointsIn(taps, 5, 2).map((point) => point.at.x)).toEqual([3]);
  });
});
