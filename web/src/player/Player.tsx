// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import type { FrameClock } from '../frame/frame_clock';
import type { FrameTimes } from '../frame/frame_times';
import type { Fit } from '../geometry/fit';
import { Media } from './media';

interface Props {
  src: string;
  poster?: string;
  times: FrameTimes;
  clock: FrameClock;
  fit: Fit;
  label: string;
  muted?: boolean;
  /** Nothing: there is no player any more. */
  onMedia: (media: Media | undefined) => void;
  onPlaying: (isPlaying: boolean) => void;
  onUnplayable: () => void;
}

/** The video, lying where the frame lies on the stage, whatever shape its own pixels have. */
export function Player({ src, poster, times, clock, fit, label, muted = false, onMedia, onPlaying, onUnplayable }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const told = useRef({ onMedia, onPlaying, onUnplayable });
  const [ready, setReady] = useState(false);
  useEffect(() => {
    told.current = { onMedia, onPlaying, onUnplayable };
  });

  useEffect(() => {
    // Plyr moves the element about, so it is made and removed by hand.
    const video = document.createElement('video');
    video.className = 'absolute inset-0 h-full w-full object-fill';
    video.playsInline = true;
    video.preload = 'auto';
    video.muted = muted;
    video.tabIndex = -1;
    video.src = src;
    if (poster) video.poster = poster;
    holder.current?.append(video);
    const media = new Media(video, times, clock);
    const say = () => told.current.onPlaying(media.isPlaying);
    for (const event of ['play', 'pause', 'ended'] as const) video.addEventListener(event, say);
    video.addEventListener('error', () => {
      if (video.error?.code !== MediaError.MEDIA_ERR_NETWORK) told.current.onUnplayable();
    });
    video.addEventListener('loadeddata', () => {
      if (video.videoWidth === 0) told.current.onUnplayable(); // Some browsers then play the sound alone.
      else setReady(true);
      video.removeAttribute('poster'); // It is of another frame than the one that is then on the screen.
    });
    told.current.onMedia(media);
    const inside = holder.current;
    return () => {
      told.current.onMedia(undefined);
      media.destroy();
      video.removeAttribute('src');
      video.load();
      inside?.replaceChildren();
    };
  }, [src, poster, times, clock, muted]);

  const size = { width: fit.frame.width * fit.scale, height: fit.frame.height * fit.scale };
  return (
    <div
      ref={holder}
      role="img"
      aria-label={label}
      aria-busy={!ready}
      className="absolute [&_.plyr]:h-full [&_.plyr\_\_video-wrapper]:h-full"
      style={{ left: fit.left, top: fit.top, ...size }}
    />
  );
}
