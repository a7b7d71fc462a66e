// SPDX-License-Identifier: Apache-2.0

/**
 * The pixels of a mask in COCO's compressed run lengths (core/rle.h says how they are written): one
 * byte a pixel, 0 or 1, row by row. Throws RangeError when the text is not such a mask.
 */
export function decodeRle(width: number, height: number, counts: string): Uint8Array {
  const pixels = new Uint8Array(width * height);
  let at = 0; // Column by column.
  let isSet = false;
  const runs: number[] = [];
  for (let i = 0; i < counts.length; ) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const group = counts.charCodeAt(i++) - 48;
      if (!(group >= 0 && group < 64) || shift > 30) throw new RangeError('This is no mask.');
      value |= (group & 31) << shift;
      shift += 5;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0 && shift < 32) value |= -1 << shift;
    }
    if (runs.length > 2) value += runs[runs.length - 2] ?? 0;
    if (value < 0 || at + value > pixels.length) throw new RangeError('This is no mask.');
    runs.push(value);
    if (isSet) fillColumns(pixels, width, height, at, at + value);
    at += value;
    isSet = !isSet;
  }
  if (at !== pixels.length) throw new RangeError('This is no mask.');
  return pixels;
}

function fillColumns(pixels: Uint8Array, width: number, height: number, from: number, to: number): void {
  let x = Math.floor(from / height);
  let y = from - x * height;
  for (let i = from; i < to; i++) {
    pixels[y * width + x] = 1;
    if (++y === height) {
      y = 0;
      x++;
    }
  }
}
