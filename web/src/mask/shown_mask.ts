// SPDX-License-Identifier: Apache-2.0
import type { Rle } from '../api/types';
import type { Fit } from '../geometry/fit';
import { framePoint, type MaskPoint, type Size } from '../geometry/pixels';
import { outlines, simplified } from './outline';
import { decodeRle } from './rle';

/** The mask of one object in one frame, as it is drawn. */
export interface ShownMask {
  readonly object: number;
  readonly size: Size; // In upright stored pixels.
  readonly loops: readonly (readonly MaskPoint[])[];
}

/** Takes some milliseconds for a large mask: for a worker. Throws RangeError for what is no mask. */
export function shownMask(object: number, rle: Rle): ShownMask {
  const [height, width] = rle.size as [number, number];
  const loops = outlines(width, height, decodeRle(width, height, rle.counts));
  const tolerance = Math.max(width, height) / 2000; // Below a CSS pixel on a usual screen.
  return { object, size: { width, height }, loops: loops.map((loop) => simplified(loop, tolerance)) };
}

/** In CSS pixels of the stage, as SVG and clip-path write paths. */
export function pathOf(mask: ShownMask, fit: Fit): string {
  const [kx, ky] = [fit.frame.width / mask.size.width, fit.frame.height / mask.size.height];
  let path = '';
  for (const loop of mask.loops) {
    loop.forEach((corner, i) => {
      const at = fit.toBrowser(framePoint(corner.x * kx, corner.y * ky));
      path += `${i === 0 ? 'M' : 'L'}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    });
    path += 'Z';
  }
  return path || 'M0 0Z';
}
