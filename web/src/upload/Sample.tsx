// SPDX-License-Identifier: Apache-2.0
import type { MouseEvent } from 'react';
import { Fit } from '../geometry/fit';
import { browserPoint, type FramePoint } from '../geometry/pixels';
import { useTexts } from '../text';
import { sample } from './sample';

/** A clip to try it on, by its first frame. Where it is tapped goes along; who presses it by a key taps later. */
export function Sample({ onTake }: { onTake: (at?: FramePoint) => void }) {
  const t = useTexts();
  function take(event: MouseEvent<HTMLButtonElement>): void {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const isByKey = event.detail === 0;
    onTake(isByKey ? undefined : new Fit({ width, height }, sample.frame).tapped(browserPoint(event.clientX - left, event.clientY - top)));
  }
  return (
    <figure className="flex w-full flex-col items-center gap-2">
      <button type="button" onClick={take} className="w-full overflow-hidden rounded border border-line">
        <img src={sample.picture} alt={t.upload.samplePicture} width={sample.frame.width} height={sample.frame.height}
          className="block h-auto w-full" />
      </button>
      <figcaption className="text-small text-soft">{t.upload.sample}</figcaption>
    </figure>
  );
}
