// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { FrameTimes } from '../frame/frame_times';
import { noTaps } from '../work/taps';
import { onLostChoices, onLostOf, segmentRequest, usualHow, withoutSpan, withSpan } from './how';

describe('segmentRequest', () => {
  // What the server does with a span: a frame is in it from `fromSec` on and before `toSec`.
  const framesIn = (times: FrameTimes, request: { fromSec?: number; toSec?: number }, off: number) =>
    Array.from({ length: times.frames }, (_, frame) => frame).filter((frame) => {
      const seconds = times.begin(frame) + off; // As it reckons them, which may differ in the last digit.
      return seconds >= (request.fromSec ?? -1e18) && seconds < (request.toSec ?? 1e18);
    });

  it('leaves no frame of the span in the clear, at either end, however times are rounded', () => {
    const rates = [new FrameTimes(30000, [[40, 1001]]), new FrameTimes(1000, [[10, 7], [10, 83], [20, 16]])];
    for (const times of rates) {
      for (const [fromFrame, toFrame] of [[0, 39], [0, 0], [7, 7], [9, 21], [39, 39]] as const) {
        const request = segmentRequest('v', noTaps, { ...usualHow, fromFrame, toFrame }, times);
        for (const off of [-1e-9, 0, 1e-9]) {
          const frames = framesIn(times, request, off);
          expect([frames[0], frames.at(-1)]).toEqual([fromFrame, toFrame]);
        }
      }
    }
  });

  it('names no style for the eraser', () => {
    const times = FrameTimes.even(10, 25);
    expect(segmentRequest('v', noTaps, { ...usualHow, mode: 'magic_eraser' }, times)).not.toHaveProperty('style');
    expect(segmentRequest('v', noTaps, usualHow, times)).not.toHaveProperty('fromSec');
  });

  it('asks for the file that was chosen, and for what shall be where the object is lost', () => {
    const times = FrameTimes.even(10, 25);
    expect(segmentRequest('v', noTaps, usualHow, times)).toMatchObject({ onLost: 'cover', codec: 'auto' });
    expect(segmentRequest('v', noTaps, { ...usualHow, onLost: 'frame', codec: 'lossless' }, times))
      .toMatchObject({ onLost: 'frame', codec: 'lossless' });
    expect(segmentRequest('v', noTaps, { ...usualHow, onLost: 'clear', mode: 'magic_eraser' }, times))
      .toMatchObject({ onLost: 'cover' });
  });
});

describe('onLostOf', () => {
  it('is what was chosen, where it goes with the rest, and else what hides more', () => {
    const clear = { ...usualHow, onLost: 'clear' as const };
    expect(onLostOf(clear)).toBe('clear');
    expect(onLostOf({ ...clear, mode: 'magic_eraser' })).toBe('cover');
    expect(onLostOf({ ...clear, invert: true })).toBe('cover');
    expect(onLostChoices({ ...clear, invert: true })).toEqual([]);
    expect(onLostOf({ ...usualHow, onLost: 'frame', mode: 'magic_eraser' })).toBe('frame');
  });
});

describe('withSpan', () => {
  it('keeps the other end where that makes sense', () => {
    const how = withSpan(withSpan(usualHow, { fromFrame: 5 }), { toFrame: 9 });
    expect(how).toMatchObject({ fromFrame: 5, toFrame: 9 });
    expect(withSpan(how, { fromFrame: 12 })).toEqual({ ...usualHow, fromFrame: 12 });
    expect(withSpan(how, { toFrame: 2 })).toEqual({ ...usualHow, toFrame: 2 });
    expect(withoutSpan(how)).toEqual(usualHow);
  });
});
