// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { TimeLeft } from './time_left';

describe('TimeLeft', () => {
  it('goes by the pace of the last percents', () => {
    const left = new TimeLeft();
    expect(left.add(0, 10)).toBeUndefined();
    expect(left.add(1000, 11)).toBeUndefined();
    expect(left.add(2000, 12)).toBeCloseTo(88);
    for (let i = 1; i <= 20; i++) left.add(2000 + i * 100, 12 + i);
    expect(left.add(4100, 33)).toBeCloseTo(6.7);
  });

  it('begins anew with another attempt', () => {
    const left = new TimeLeft();
    for (let i = 0; i < 10; i++) left.add(i * 1000, i * 5);
    expect(left.add(20_000, 0)).toBeUndefined();
    expect(left.add(30_000, 5)).toBeCloseTo(190);
  });
});
