// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { boxBetween, boxOnTheWay, dragged, type Box, type Edge } from './box';
import { framePoint } from './pixels';

const frame = { width: 100, height: 60 };
const box: Box = { x: 20, y: 10, width: 30, height: 20 };

describe('boxBetween', () => {
  it('is the same from every corner, in whole pixels', () => {
    const [a, b] = [framePoint(10.4, 5.6), framePoint(30.5, 20.4)];
    const whole = { x: 10, y: 6, width: 21, height: 14 };
    expect(boxBetween(a, b, frame)).toEqual(whole);
    expect(boxBetween(b, a, frame)).toEqual(whole);
    expect(boxBetween(framePoint(a.x, b.y), framePoint(b.x, a.y), frame)).toEqual(whole);
  });

  it('is cut at the edges of the frame', () => {
    expect(boxBetween(framePoint(-50, -1), framePoint(500, 61), frame)).toEqual({ x: 0, y: 0, ...frame });
    expect(boxBetween(framePoint(-50, 5), framePoint(-3, 20), frame)).toBeUndefined();
  });

  it('is none with less than two pixels a side', () => {
    expect(boxBetween(framePoint(10, 10), framePoint(11.4, 30), frame)).toBeUndefined();
    expect(boxBetween(framePoint(10, 10), framePoint(12, 12), frame)).toEqual({ x: 10, y: 10, width: 2, height: 2 });
  });
});

describe('dragged', () => {
  it('moves the whole box and keeps its size, also at the edges', () => {
    const whole = { x: 0, y: 0 } as const;
    expect(dragged(box, whole, { x: 3.4, y: -2.6 }, frame)).toEqual({ ...box, x: 23, y: 7 });
    expect(dragged(box, whole, { x: 999, y: 999 }, frame)).toEqual({ ...box, x: 70, y: 40 });
    expect(dragged(box, whole, { x: -999, y: -999 }, frame)).toEqual({ ...box, x: 0, y: 0 });
    expect(dragged({ x: 0, y: 0, ...frame }, whole, { x: 5, y: -5 }, frame)).toEqual({ x: 0, y: 0, ...frame });
  });

  it('moves the held edges and no others', () => {
    expect(dragged(box, { x: -1, y: 0 }, { x: 5, y: 9 }, frame)).toEqual({ x: 25, y: 10, width: 25, height: 20 });
    expect(dragged(box, { x: 1, y: 0 }, { x: 5, y: 9 }, frame)).toEqual({ x: 20, y: 10, width: 35, height: 20 });
    expect(dragged(box, { x: 0, y: -1 }, { x: 5, y: 9 }, frame)).toEqual({ x: 20, y: 19, width: 30, height: 11 });
    expect(dragged(box, { x: 1, y: 1 }, { x: -4, y: 6 }, frame)).toEqual({ x: 20, y: 10, width: 26, height: 26 });
  });

  it('stops an edge at the frame and two pixels before the one across', () => {
    expect(dragged(box, { x: -1, y: -1 }, { x: 999, y: 999 }, frame)).toEqual({ x: 48, y: 28, width: 2, height: 2 });
    expect(dragged(box, { x: 1, y: 1 }, { x: -999, y: -999 }, frame)).toEqual({ x: 20, y: 10, width: 2, height: 2 });
    expect(dragged(box, { x: 1, y: -1 }, { x: 999, y: -999 }, frame)).toEqual({ x: 20, y: 0, width: 80, height: 30 });
  });

  it('keeps to whole pixels within the frame whatever is held and however far', () => {
    for (const x of [-1, 0, 1] as Edge[]) {
      for (const y of [-1, 0, 1] as Edge[]) {
        for (let way = -130; way <= 130; way += 7.3) {
          const to = dragged(box, { x, y }, { x: way, y: -way }, frame);
          expect([to.x, to.y, to.width, to.height].every(Number.isInteger)).toBe(true);
          expect(Math.min(to.x, to.y)).toBeGreaterThanOrEqual(0);
          expect(Math.min(to.width, to.height)).toBeGreaterThanOrEqual(2);
          expect(to.x + to.width).toBeLessThanOrEqual(frame.width);
          expect(to.y + to.height).toBeLessThanOrEqual(frame.height);
        }
      }
    }
  });
});

describe('boxOnTheWay', () => {
  it('moves evenly, low edges rounded down and high ones up', () => {
    const to: Box = { x: 25, y: 3, width: 40, height: 20 };
    expect(boxOnTheWay(box, to, 0)).toEqual(box);
    expect(boxOnTheWay(box, to, 1)).toEqual(to);
    // Edges at 22.5 and 57.5, 6.5 and 26.5.
    expect(boxOnTheWay(box, to, 0.5)).toEqual({ x: 22, y: 6, width: 36, height: 21 });
    expect(boxOnTheWay(to, box, 0.5)).toEqual({ x: 22, y: 6, width: 36, height: 21 });
  });
});
