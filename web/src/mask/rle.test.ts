// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { decodeRle } from './rle';

describe('decodeRle', () => {
  it('reads what the server writes', () => {
    // The example of web/openapi.yaml: 16 x 9 pixels.
    const pixels = decodeRle(16, 9, 'm03600000_2');
    const set = [...pixels].flatMap((p, i) => (p ? [`${i % 16},${Math.floor(i / 16)}`] : []));
    expect(set).toEqual(['3,2', '4,2', '5,2', '6,2', '3,3', '4,3', '5,3', '6,3', '3,4', '4,4', '5,4', '6,4']);
  });

  it('reads nothing and everything', () => {
    expect(decodeRle(2, 2, '4')).toEqual(new Uint8Array(4));
    expect(decodeRle(2, 2, '04')).toEqual(new Uint8Array(4).fill(1));
  });

  it('refuses what is cut short, too long or no mask', () => {
    for (const counts of ['', '3', '5', 'm0360000', '~', 'm03600000_2\n', 'P'.repeat(20)]) {
      expect(() => decodeRle(2, 2, counts)).toThrow(RangeError);
    }
  });
});
