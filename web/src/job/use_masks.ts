// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import type { SegmentationMask } from '../api/types';
import { MaskDecoder } from '../mask/mask_decoder';
import type { ShownMask } from '../mask/shown_mask';

const PAGE_FRAMES = 25;

/** The masks of a complete job, page by page as frames are looked at. */
export function useMasks(jobId: string, frame: number): readonly ShownMask[] {
  const pages = useRef(new Map<number, Promise<readonly SegmentationMask[]>>());
  const [shown, setShown] = useState<{ frame: number; masks: readonly ShownMask[] }>({ frame: -1, masks: [] });
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
    const from = Math.floor(frame / PAGE_FRAMES) * PAGE_FRAMES;
    let page = pages.current.get(from);
    if (!page) {
      page = api.masks(jobId, from).then((answer) => answer.masks);
      pages.current.set(from, page);
      page.catch(() => pages.current.delete(from)); // Asked for again with the next frame.
    }
    page
      .then(async (masks) => {
        const here = masks.filter((mask) => mask.frameNumber === frame && mask.boundingBox.width > 0);
        const drawn = await decoder.current?.decode(here.map(({ object, rle }) => ({ object, rle })));
        if (!stop.signal.aborted && drawn) setShown({ frame, masks: drawn });
      })
      .catch(() => undefined);
    return () => stop.abort();
  }, [jobId, frame]);

  return shown.frame === frame ? shown.masks : [];
}
