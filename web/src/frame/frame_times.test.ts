// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { FrameTimes } from './frame_times';

describe('FrameTimes', () => {
  it('finds every frame again by its time, at even rates', () => {
    for (const [timescale, ticks] of [[25, 1], [30000, 1001], [24000, 1001], [90000, 1500]] as const) {
      const times = new FrameTimes(timescale, [[500, ticks]]);
      for (let frame = 0; frame < 500; frame++) {
        expect(times.at(times.begin(frame))).toBe(frame);
        expect(times.at(Math.round(times.begin(frame) * 1e6) / 1e6)).toBe(frame);
        expect(times.at(times.inside(frame))).toBe(frame);
      }
    }
  });

  it('finds every frame again by its time, where they come unevenly', () => {
    const runs = Array.from({ length: 300 }, (_, i) => [1 + (i % 3), 20 + ((i * 7) % 60)] as const);
    const times = new FrameTimes(1000, runs);
    for (let frame = 0; frame < times.frames; frame++) {
      expect(times.at(times.begin(frame))).toBe(frame);
      expect(times.at(times.inside(frame))).toBe(frame);
    }
    expect(times.begin(times.frames)).toBeCloseTo(times.seconds);
  });

  it('never leaves the video', () => {
    const times = FrameTimes.even(60, 25);
    expect(times.at(-5)).toBe(0);
    expect(times.at(1e9)).toBe(59);
    expect(times.seconds).toBeCloseTo(2.4);
  });
});
