// SPDX-License-Identifier: Apache-2.0
import type { Codec, Mode, OnLost, SegmentRequest, Style } from '../api/types';
import type { FrameTimes } from '../frame/frame_times';
import type { Taps } from '../work/taps';

/** What shall happen to the objects. */
export interface How {
  mode: Mode;
  style: Style;
  audio: 'keep' | 'mute' | 'drop';
  onLost: OnLost;
  codec: Codec;
  invert: boolean;
  shadow: boolean;
  /** The first and the last frame that it happens to, both included; left out: those of the video. */
  fromFrame?: number;
  toFrame?: number;
}

export const usualHow: How = {
  mode: 'privacy_blur', style: 'secure', audio: 'keep', onLost: 'cover', codec: 'auto', invert: false, shadow: false,
};

/** Everything but the object: where it is lost, that is the whole picture. What is lost cannot stay while it is erased. */
export function onLostChoices({ mode, invert }: How): readonly OnLost[] {
  if (invert) return [];
  return mode === 'magic_eraser' ? ['cover', 'frame'] : ['cover', 'frame', 'clear'];
}

/** What was chosen, as long as it goes with the rest. */
export const onLostOf = (how: How): OnLost => (onLostChoices(how).includes(how.onLost) ? how.onLost : usualHow.onLost);

export function segmentRequest(videoId: string, taps: Taps, how: How, times: FrameTimes): SegmentRequest {
  return {
    videoId,
    mode: how.mode,
    ...(how.mode === 'privacy_blur' && { style: how.style }),
    audio: how.audio,
    onLost: onLostOf(how),
    codec: how.codec,
    invert: how.invert,
    shadow: how.shadow,
    keepMetadata: false,
    // The interface speaks of times. Between two frames, so that no rounding leaves a frame in the clear.
    ...(how.fromFrame && { fromSec: times.inside(how.fromFrame - 1) }),
    ...(how.toFrame !== undefined && { toSec: times.inside(how.toFrame) }),
    ...promptsOf(taps),
  };
}

/** Points and boxes as the interface writes them. */
export const promptsOf = (taps: Taps) => ({
  points: taps.points.map((p) => ({
    x: p.at.x, y: p.at.y, frameNumber: p.frame, object: p.object, label: p.isObject ? (1 as const) : (0 as const),
    ...(p.scale && { scale: p.scale }),
  })),
  boxes: taps.boxes.map(({ frame, ...box }) => ({ ...box, frameNumber: frame })),
});

/** With another span; one that ends before it begins loses the end that was there before. */
export function withSpan(how: How, span: { fromFrame?: number; toFrame?: number }): How {
  const { fromFrame = how.fromFrame, toFrame = how.toFrame } = span;
  const next: How = { ...how };
  delete next.fromFrame;
  delete next.toFrame;
  const isNone = fromFrame !== undefined && toFrame !== undefined && toFrame < fromFrame;
  if (fromFrame !== undefined && !(isNone && span.fromFrame === undefined)) next.fromFrame = fromFrame;
  if (toFrame !== undefined && !(isNone && span.toFrame === undefined)) next.toFrame = toFrame;
  return next;
}

export function withoutSpan(how: How): How {
  const next: How = { ...how };
  delete next.fromFrame;
  delete next.toFrame;
  return next;
}
