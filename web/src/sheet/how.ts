// SPDX-License-Identifier: Apache-2.0
import type { Mode, SegmentRequest, Style } from '../api/types';
import type { Taps } from '../work/taps';

/** What shall happen to the objects. */
export interface How {
  mode: Mode;
  style: Style;
  audio: 'keep' | 'mute' | 'drop';
  invert: boolean;
  shadow: boolean;
  fromSec?: number;
  toSec?: number;
}

export const usualHow: How = { mode: 'privacy_blur', style: 'secure', audio: 'keep', invert: false, shadow: false };

export function segmentRequest(videoId: string, taps: Taps, how: How): SegmentRequest {
  return {
    videoId,
    mode: how.mode,
    ...(how.mode === 'privacy_blur' && { style: how.style }),
    audio: how.audio,
    invert: how.invert,
    shadow: how.shadow,
    keepMetadata: false,
    ...(how.fromSec !== undefined && { fromSec: how.fromSec }),
    ...(how.toSec !== undefined && { toSec: how.toSec }),
    ...promptsOf(taps),
  };
}

/** Points and boxes as the interface writes them. */
export const promptsOf = (taps: Taps) => ({
  points: taps.points.map((p) => ({
    x: p.at.x, y: p.at.y, frameNumber: p.frame, object: p.object, label: p.isObject ? (1 as const) : (0 as const),
  })),
  boxes: taps.boxes.map(({ frame, ...box }) => ({ ...box, frameNumber: frame })),
});
