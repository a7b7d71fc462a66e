// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Fit, MOST_ZOOM, panBy, wholeView, zoomAt } from './fit';
import { browserPoint, framePoint } from './pixels';

const frames = [
  { width: 1920, height: 1080 },
  { width: 1080, height: 1920 },
  { width: 720, height: 576 },
  { width: 17, height: 1001 },
];
const stages = [
  { width: 1440, height: 700 },
  { width: 390, height: 640 },
  { width: 333.5, height: 333.5 },
];

describe('Fit', () => {
  it('leads there and back for every frame, stage and zoom', () => {
    for (const frame of frames) {
      for (const stage of stages) {
        for (const zoom of [1, 2.5, 16]) {
          const fit = new Fit(stage, frame, { zoom, center: framePoint(frame.width / 3, frame.height / 4) });
          for (const [x, y] of [[0, 0], [frame.width - 0.25, 3.5], [frame.width / 2, frame.height - 1]] as const) {
            const back = fit.toFrame(fit.toBrowser(framePoint(x, y)));
            expect(back.x).toBeCloseTo(x, 6);
            expect(back.y).toBeCloseTo(y, 6);
          }
        }
      }
    }
  });

  it('puts the frame in the middle, with bars on two sides at most', () => {
    const wide = new Fit({ width: 1000, height: 1000 }, { width: 1920, height: 1080 });
    expect(wide.left).toBeCloseTo(0);
    expect(wide.top).toBeCloseTo((1000 - (1000 * 1080) / 1920) / 2);
    const tall = new Fit({ width: 1000, height: 500 }, { width: 1080, height: 1920 });
    expect(tall.top).toBeCloseTo(0);
    expect(tall.left).toBeCloseTo((1000 - (500 * 1080) / 1920) / 2);
  });

  it('takes a tap on the bars for none', () => {
    const fit = new Fit({ width: 1000, height: 1000 }, { width: 1920, height: 1080 });
    expect(fit.tapped(browserPoint(500, 100))).toBeUndefined();
    expect(fit.tapped(browserPoint(500, 500))).toMatchObject({ x: 960, y: 540 });
    expect(fit.tapped(browserPoint(0.001, 500))?.x).toBeCloseTo(0, 2);
    expect(fit.tapped(browserPoint(1000.001, 500))).toBeUndefined();
  });
});

describe('zoomAt', () => {
  const stage = { width: 800, height: 600 };
  const frame = { width: 1920, height: 1080 };

  it('keeps what is under the finger where it is', () => {
    const finger = browserPoint(420, 310);
    const before = new Fit(stage, frame).toFrame(finger);
    const view = zoomAt(stage, frame, wholeView(frame), finger, 6);
    const after = new Fit(stage, frame, view).toFrame(finger);
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
  });

  it('stays between the whole frame and the most', () => {
    expect(zoomAt(stage, frame, wholeView(frame), browserPoint(0, 0), 0.1)).toEqual(wholeView(frame));
    expect(zoomAt(stage, frame, wholeView(frame), browserPoint(0, 0), 1000).zoom).toBe(MOST_ZOOM);
  });

  it('shows no more of the bars than the whole view does', () => {
    let view = zoomAt(stage, frame, wholeView(frame), browserPoint(400, 300), 8);
    view = panBy(stage, frame, view, 1e6, 1e6);
    expect(new Fit(stage, frame, view).left).toBeCloseTo(0);
    expect(new Fit(stage, frame, view).top).toBeCloseTo(0);
    view = panBy(stage, frame, view, -1e7, -1e7);
    const corner = new Fit(stage, frame, view).toBrowser(framePoint(1920, 1080));
    expect(corner.x).toBeCloseTo(800);
    expect(corner.y).toBeCloseTo(600);
  });
});
