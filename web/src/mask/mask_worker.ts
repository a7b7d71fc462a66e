// SPDX-License-Identifier: Apache-2.0
import type { Rle } from '../api/types';
import { shownMask, type ShownMask } from './shown_mask';

export interface MaskQuestion {
  readonly id: number;
  readonly masks: readonly { object: number; rle: Rle }[];
}
export interface MaskAnswer {
  readonly id: number;
  readonly masks: readonly ShownMask[];
}

self.addEventListener('message', (event: MessageEvent<MaskQuestion>) => {
  const { id, masks } = event.data;
  const shown: ShownMask[] = [];
  for (const { object, rle } of masks) {
    try {
      shown.push(shownMask(object, rle));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // What is no mask is not drawn.
    }
  }
  self.postMessage({ id, masks: shown } satisfies MaskAnswer);
});
