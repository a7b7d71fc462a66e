// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Fit } from '../geometry/fit';
import { browserPoint } from '../geometry/pixels';
import { cursorOf, gripAt } from './grip';

// Two CSS pixels a frame pixel: the box is at 200,100 and 200 by 100 large.
const fit = new Fit({ width: 1000, height: 500 }, { width: 500, height: 250 });
const box = { x: 100, y: 50, width: 100, height: 50 };
const at = (x: number, y: number, of = box) => gripAt(fit, of, browserPoint(x, y));

describe('gripAt', () => {
  it('finds edges and corners 12 pixels to both sides, and the whole within', () => {
    expect(at(300, 150)).toEqual({ x: 0, y: 0 });
    for (const x of [189, 211]) expect(at(x, 150)).toEqual({ x: -1, y: 0 });
    for (const x of [389, 411]) expect(at(x, 150)).toEqual({ x: 1, y: 0 });
    expect(at(300, 89)).toEqual({ x: 0, y: -1 });
    expect(at(390, 210)).toEqual({ x: 1, y: 1 });
    expect(at(213, 113)).toEqual({ x: 0, y: 0 });
  });

  it('finds nothing beside', () => {
    expect(at(187, 150)).toBeUndefined();
    expect(at(300, 213)).toBeUndefined();
  });

  it('leaves the middle of a small box for moving it', () => {
    const small = { x: 100, y: 50, width: 4, height: 4 }; // 8 CSS pixels.
    expect(at(204, 104, small)).toEqual({ x: 0, y: 0 });
    expect(at(201, 104, small)).toEqual({ x: -1, y: 0 });
    expect(at(218, 118, small)).toEqual({ x: 1, y: 1 });
  });
});

describe('cursorOf', () => {
  it('points where the edge goes', () => {
    expect(cursorOf({ x: 0, y: 0 })).toBe('move');
    expect(cursorOf({ x: -1, y: 0 })).toBe('ew-resize');
    expect(cursorOf({ x: 0, y: 1 })).toBe('ns-resize');
    expect(cursorOf({ x: 1, y: 1 })).toBe('nwse-resize');
    expect(cursorOf({ x: -1, y: 1 })).toBe('nesw-resize');
  });
});
