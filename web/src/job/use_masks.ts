// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import type { SegmentationMask } from '../api/types';
import { MaskDecoder } from '../mask/mask_decoder';
import type { ShownMask } from '../mask/shown_mask';

const PAGE_FRAMES = 25;
const MOST_PAGES = 20; // Those that were asked for first go first.

interface Masks {
  masks: readonly ShownMask[];
  /** All that there are, whether or not they are in this frame. */
  objects: readonly number[];
}

/** The masks of a complete job, page by page as frames are looked at. */
export function useMasks(jobId: string, frame: number): Masks {
  const pages = useRef(new Map<number, Promise<readonly SegmentationMask[]>>());
  const [shown, setShown] = useState<{ frame: number; masks: readonly ShownMask[] }>({ frame: -1, masks: [] });
  const [objects, setObjects] = useState<readonly number[]>([]);
  const decoder = useRef<MaskDecoder | undefined>(undefined);

  useEffect(() => {
    const masks = new MaskDecoder();
    decoder.current = masks;
    const known = pages.current;
    return () => {
      masks.end();
      known.clear();
    };
  }, [jobId]);

  useEffect(() => {
    const stop = new AbortController();
    const known = pages.current;
    const from = Math.floor(frame / PAGE_FRAMES) * PAGE_FRAMES;
    let page = known.get(from);
    if (!page) {
      page = api.masks(jobId, from).then((answer) => answer.masks);
      known.set(from, page);
      page.catch(() => known.delete(from)); // Asked for again with the next frame.
      for (const oldest of known.keys()) if (known.size > MOST_PAGES) known.delete(oldest);
    }
    page
      .then(async (masks) => {
        const ofFrame = masks.filter((mask) => mask.frameNumber === frame);
        // Every frame says something of every object, also where it is not seen.
        const all = ofFrame.map((mask) => mask.object).sort((a, b) => a - b);
        if (!stop.signal.aborted) setObjects((before) => (before.join() === all.join() ? before : all));
        const seen = ofFrame.filter((mask) => mask.boundingBox.width > 0);
        const drawn = await decoder.current?.decode(seen.map(({ object, rle }) => ({ object, rle })));
        if (!stop.signal.aborted && drawn) setShown({ frame, masks: drawn });
      })
      .catch(() => undefined); // Without outlines the result is shown all the same.
    return () => stop.abort();
  }, [jobId, frame]);

  return { masks: shown.frame === frame ? shown.masks : [], objects };
}
