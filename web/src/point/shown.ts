// SPDX-License-Identifier: Apache-2.0
import type { Box } from '../geometry/box';
import type { FramePoint } from '../geometry/pixels';

export interface ShownPoint {
  at: FramePoint;
  object: number;
  isObject: boolean;
}

/** At most one of each object. */
export interface ShownBox extends Box {
  object: number;
  /** Drawn in this frame; or the one that holds between two drawn ones; or one of another frame, to be taken along. */
  how: 'drawn' | 'between' | 'offered';
}
