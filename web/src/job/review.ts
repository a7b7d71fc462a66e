// SPDX-License-Identifier: Apache-2.0
import type { ReviewSpan } from '../api/types';
import type { StripSpan } from '../strip/Strip';

/** The line under the film: sure, but for the spans to look at. The worse of two counts. */
export function stripSpans(spans: readonly ReviewSpan[], frames: number): StripSpan[] {
  const how = new Uint8Array(frames); // 0 sure, 1 unsure, 2 lost.
  for (const span of spans) {
    const worse = span.about === 'mask' && (span.state === 'lost' || span.state === 'held') ? 2 : 1;
    for (let frame = span.firstFrame; frame <= Math.min(span.lastFrame, frames - 1); frame++) {
      how[frame] = Math.max(how[frame]!, worse);
    }
  }
  const out: StripSpan[] = [];
  const names = ['sure', 'unsure', 'lost'] as const;
  for (let frame = 0; frame < frames; frame++) {
    const last = out.at(-1);
    if (last && last.how === names[how[frame]!]) last.last = frame;
    else out.push({ first: frame, last: frame, how: names[how[frame]!]! });
  }
  return out;
}

/** The place to look at after (or before) `frame`, in order of time; around the end. */
export function nextPlace(spans: readonly ReviewSpan[], frame: number, direction: 1 | -1): ReviewSpan | undefined {
  const sorted = [...spans].sort((a, b) => a.lookAt - b.lookAt);
  return direction === 1
    ? (sorted.find((span) => span.lookAt > frame) ?? sorted[0])
    : (sorted.findLast((span) => span.lookAt < frame) ?? sorted.at(-1));
}
