// SPDX-License-Identifier: Apache-2.0
import type { Rle } from '../api/types';
import type { MaskAnswer, MaskQuestion } from './mask_worker';
import type { ShownMask } from './shown_mask';

/** Makes masks drawable in a thread of its own. */
export class MaskDecoder {
  private readonly worker = new Worker(new URL('./mask_worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, (masks: readonly ShownMask[]) => void>();
  private next = 1;

  constructor() {
    this.worker.addEventListener('message', (event: MessageEvent<MaskAnswer>) => {
      this.waiting.get(event.data.id)?.(event.data.masks);
      this.waiting.delete(event.data.id);
    });
  }

  decode(masks: readonly { object: number; rle: Rle }[]): Promise<readonly ShownMask[]> {
    return new Promise((resolve) => {
      const id = this.next++;
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, masks } satisfies MaskQuestion);
    });
  }

  end(): void {
    this.worker.terminate();
    this.waiting.clear();
  }
}
