// SPDX-License-Identifier: Apache-2.0
import { useMemo, useReducer, useState } from 'react';
import { FrameClock, useFrame } from '../frame/frame_clock';
import type { FrameTimes } from '../frame/frame_times';
import type { Media } from '../player/media';
import { MOST_OBJECTS, tapped, type Taps } from '../work/taps';
import { useKeys } from './use_keys';

const objects = Array.from({ length: MOST_OBJECTS }, (_, i) => i + 1);

/** What is the same wherever a video is on the stage: the frame, the taps, the player, and their keys. */
export function useStage(times: FrameTimes, first: Taps) {
  const clock = useMemo(() => new FrameClock(), []);
  const frame = useFrame(clock);
  const [taps, act] = useReducer(tapped, first);
  const [drawsBox, setDrawsBox] = useState(false);
  const [media, setMedia] = useState<Media>();
  const [playing, setPlaying] = useState(false);
  const [unplayable, setUnplayable] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  useKeys({
    ' ': () => media?.toggle(),
    ArrowLeft: () => media?.step(-1),
    ArrowRight: () => media?.step(1),
    'shift+ArrowLeft': () => media?.step(times.at(times.begin(frame) - 1) - frame),
    'shift+ArrowRight': () => media?.step(Math.max(1, times.at(times.begin(frame) + 1) - frame)),
    '?': () => setShowsKeys(true),
    z: () => act({ do: 'undo' }),
    x: () => act({ do: 'not this', on: !taps.notThis }),
    Delete: () => act({ do: 'remove box', frame }),
    Backspace: () => act({ do: 'remove box', frame }),
    ...Object.fromEntries(objects.map((object) => [String(object), () => act({ do: 'choose', object })])),
  });
  return {
    clock, frame, taps, act, drawsBox, setDrawsBox, media, setMedia, playing, setPlaying, unplayable, setUnplayable,
    showsKeys, setShowsKeys,
  };
}

export type StageState = ReturnType<typeof useStage>;
