// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ReviewSpan } from '../api/types';
import { nextPlace, stripSpans } from './review';

const span = (firstFrame: number, lastFrame: number, state: 'lost' | 'tracked' = 'tracked'): ReviewSpan =>
  ({ about: 'mask', object: 1, state, firstFrame, lastFrame, lookAt: firstFrame + 1, confidence: 0.4 });

describe('stripSpans', () => {
  it('covers every frame once, the worse of two first', () => {
    expect(stripSpans([span(2, 5), span(4, 6, 'lost')], 9)).toEqual([
      { first: 0, last: 1, how: 'sure' },
      { first: 2, last: 3, how: 'unsure' },
      { first: 4, last: 6, how: 'lost' },
      { first: 7, last: 8, how: 'sure' },
    ]);
    expect(stripSpans([], 3)).toEqual([{ first: 0, last: 2, how: 'sure' }]);
    expect(stripSpans([span(1, 99)], 3).at(-1)?.last).toBe(2);
  });
});

describe('nextPlace', () => {
  it('goes round, in both directions', () => {
    const spans = [span(20, 25), span(2, 5)];
    expect(nextPlace(spans, 0, 1)?.firstFrame).toBe(2);
    expect(nextPlace(spans, 3, 1)?.firstFrame).toBe(20);
    expect(nextPlace(spans, 21, 1)?.firstFrame).toBe(2);
    expect(nextPlace(spans, 3, -1)?.firstFrame).toBe(20);
    expect(nextPlace([], 3, 1)).toBeUndefined();
  });
});
