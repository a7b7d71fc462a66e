// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Report } from '../api/types';
import { coveredFrames, drawnIn, gapsOf, inventedFrames, removedOf } from './report';
import example from './report_example.json'; // As `tapmask run --report` wrote it.

const report = example as Report;

describe('a report', () => {
  it('tells in how many frames each object was not followed', () => {
    expect(gapsOf(report)).toEqual([
      { object: 1, state: 'held', frames: 12 },
      { object: 1, state: 'lost', frames: 14 },
    ]);
    const span = (object: number, state: 'lost' | 'absent', first: number, last: number) =>
      ({ object, state, first_frame: first, last_frame: last });
    expect(gapsOf({ to_review: [span(2, 'lost', 0, 0), span(1, 'absent', 3, 4), span(2, 'lost', 7, 9)] })).toEqual([
      { object: 1, state: 'absent', frames: 2 },
      { object: 2, state: 'lost', frames: 4 },
    ]);
  });

  it('tells in how many frames something was hidden', () => {
    expect(coveredFrames(report)).toEqual({ covered: 90, of: 90 });
    expect(coveredFrames({ frames: [{ covered: 0 }, { covered: 7 }] })).toEqual({ covered: 1, of: 2 });
  });

  it('tells what was removed, and of what it does not know the words', () => {
    expect(removedOf(report)).toEqual([
      { kind: 'place', count: 2, names: ['location', 'location-eng'] },
      { kind: 'device', count: 3, names: ['com.apple.quicktime.make', 'com.apple.quicktime.model', 'encoder'] },
      { kind: 'date', count: 2, names: ['com.apple.quicktime.creationdate', 'creation_time'] },
      { kind: 'tag', count: 3, names: ['artist', 'com.example.mood', 'title'] },
      { kind: 'encoder', count: 1, names: [] },
    ]);
    const scrubbed = ['Smell.', 'Timecode inside the video stream.', 'Data track (stream 2, bin_data).'];
    expect(removedOf({ scrubbed })).toEqual([
      { kind: 'data', count: 1, names: ['stream 2, bin_data'] },
      { kind: 'timecode', count: 1, names: [] },
      { kind: 'other', count: 1, names: ['Smell.'] },
    ]);
  });

  it('claims nothing that is not in it', () => {
    expect([gapsOf({}), coveredFrames({}), removedOf({})]).toEqual([undefined, undefined, undefined]);
    expect(coveredFrames({ frames: [{ covered: 3 }, {}] })).toBeUndefined();
    expect(inventedFrames({})).toBe(0);
    expect(inventedFrames({ erased_to_review: [{ first_frame: 2, last_frame: 5 }] })).toBe(4);
  });
});

describe('drawnIn', () => {
  it('is what docs/redaction.md says of each state', () => {
    const states = ['tracked', 'held', 'lost', 'absent'] as const;
    const drawn = (onLost: 'cover' | 'frame' | 'clear', invert = false) => states.map((state) => drawnIn(state, { onLost, invert }));
    expect(drawn('cover')).toEqual(['mask', 'held', 'around', 'nothing']);
    expect(drawn('frame')).toEqual(['mask', 'held', 'frame', 'nothing']);
    expect(drawn('clear')).toEqual(['mask', 'held', 'nothing', 'nothing']);
    expect(drawn('cover', true)).toEqual(['mask', 'allButOthers', 'allButOthers', 'allButOthers']);
  });
});
