// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'react';
import type { FrameTimes } from '../frame/frame_times';
import type { Size } from '../geometry/pixels';

const HEIGHT = 96; // Twice what it is shown at.

/** The clip as film: frames from all over it, drawn one after the other by a video that nobody sees. */
export function Film({ src, times, frame, cells }: { src: string; times: FrameTimes; frame: Size; cells: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = Math.round((HEIGHT * frame.width) / frame.height);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const video = document.createElement('video');
    video.muted = true;
    video.preload = 'auto';
    video.src = src;
    let cell = 0;
    const seek = () => {
      video.currentTime = times.inside(Math.floor(((cell + 0.5) / cells) * times.frames));
    };
    const draw = () => {
      context.drawImage(video, cell * width, 0, width, HEIGHT);
      if (++cell < cells) seek();
      else end();
    };
    const end = () => {
      video.removeEventListener('seeked', draw);
      video.removeAttribute('src');
      video.load();
    };
    video.addEventListener('loadeddata', seek, { once: true });
    video.addEventListener('seeked', draw);
    return end;
  }, [src, times, width, cells]);

  return <canvas ref={canvas} width={width * cells} height={HEIGHT} aria-hidden="true" className="absolute inset-x-0 top-0 h-full w-full object-cover opacity-80" />;
}
