// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { outlines, simplified } from './outline';

const picture = (...rows: string[]) => ({
  width: rows[0]!.length,
  height: rows.length,
  pixels: Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)),
});
const loopsOf = (...rows: string[]) => {
  const { width, height, pixels } = picture(...rows);
  return outlines(width, height, pixels);
};
/** Twice the area, positive when clockwise on a screen. */
const area = (loop: readonly { x: number; y: number }[]) =>
  loop.reduce((sum, p, i) => {
    const next = loop[(i + 1) % loop.length]!;
    return sum + p.x * next.y - next.x * p.y;
  }, 0) / 2;

describe('outlines', () => {
  it('goes around a box by its four corners', () => {
    expect(loopsOf('....', '.##.', '.##.', '....')).toEqual([
      [{ x: 1, y: 1 }, { x: 3, y: 1 }, { x: 3, y: 3 }, { x: 1, y: 3 }],
    ]);
  });

  it('keeps holes and neighbours over corners apart', () => {
    const ring = loopsOf('###', '#.#', '###');
    expect(ring.map(area).sort((a, b) => a - b)).toEqual([-1, 9]);
    expect(loopsOf('#.', '.#')).toHaveLength(2);
    expect(loopsOf('.#', '#.')).toHaveLength(2);
  });

  it('holds as many pixels as are set, whatever the picture', () => {
    let random = 7;
    for (let n = 0; n < 60; n++) {
      const width = 1 + (n % 13);
      const height = 1 + ((n * 5) % 11);
      const pixels = new Uint8Array(width * height);
      for (let i = 0; i < pixels.length; i++) {
        random = (random * 1103515245 + 12345) & 0x7fffffff;
        pixels[i] = (random >> 16) % 3 === 0 ? 0 : 1;
      }
      const sum = outlines(width, height, pixels).reduce((all, loop) => all + area(loop), 0);
      expect(sum).toBe(pixels.reduce((all, p) => all + p, 0));
    }
  });

  it('finds nothing in nothing', () => {
    expect(loopsOf('..', '..')).toEqual([]);
  });
});

describe('simplified', () => {
  it('leaves out what lies on a line within the tolerance, and nothing else', () => {
    const circle = loopsOf(...Array.from({ length: 60 }, (_, y) =>
      Array.from({ length: 60 }, (_, x) => (Math.hypot(x - 29.5, y - 29.5) < 25 ? '#' : '.')).join('')))[0]!;
    const few = simplified(circle, 0.8);
    expect(few.length).toBeLessThan(circle.length / 2);
    expect(Math.abs(area(few) - area(circle)) / area(circle)).toBeLessThan(0.03);
  });
});
