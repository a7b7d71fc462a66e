// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Rate } from './rate';

describe('Rate', () => {
  it('says nothing before a second has passed', () => {
    const rate = new Rate();
    rate.add(0, 0);
    rate.add(1_000_000, 900);
    expect(rate.bytesPerSecond).toBeUndefined();
    expect(rate.secondsFor(5)).toBeUndefined();
  });

  it('is exact when the speed is steady, from the first second on', () => {
    const rate = new Rate();
    for (let at = 0; at <= 3000; at += 300) rate.add(at * 1000, at);
    expect(rate.bytesPerSecond).toBeCloseTo(1_000_000, 3);
    expect(rate.secondsFor(20_000_000)).toBeCloseTo(20, 3);
  });

  it('does not jump with one burst', () => {
    const rate = new Rate();
    for (let at = 0; at <= 20_000; at += 500) rate.add(at * 100, at);
    rate.add(2_000_000 + 2_000_000, 20_500); // Forty times as fast for half a second.
    expect(rate.bytesPerSecond).toBeGreaterThan(100_000);
    expect(rate.bytesPerSecond).toBeLessThan(500_000);
  });

  it('follows a change within some seconds', () => {
    const rate = new Rate();
    let bytes = 0;
    for (let at = 0; at <= 20_000; at += 500) rate.add((bytes += 50_000), at);
    for (let at = 20_500; at <= 50_000; at += 500) rate.add((bytes += 500_000), at);
    expect(rate.bytesPerSecond).toBeGreaterThan(980_000);
  });

  it('slows down to nothing while nothing comes', () => {
    const rate = new Rate();
    for (let at = 0; at <= 2000; at += 500) rate.add(at, at);
    for (let at = 2500; at <= 120_000; at += 500) rate.add(2000, at);
    expect(rate.bytesPerSecond).toBeUndefined();
  });

  it('counts steps that are too near together once', () => {
    const rate = new Rate();
    for (let at = 0; at <= 2000; at += 10) rate.add(at * 50, at);
    expect(rate.bytesPerSecond).toBeCloseTo(50_000, 3);
  });

  it('begins anew where the server has less than was sent, and after a reset', () => {
    const rate = new Rate();
    for (let at = 0; at <= 2000; at += 500) rate.add(at * 100, at);
    rate.add(1000, 2500);
    expect(rate.bytesPerSecond).toBeUndefined();
    rate.add(2000, 3500);
    expect(rate.bytesPerSecond).toBeCloseTo(1000, 3);
    rate.reset();
    expect(rate.bytesPerSecond).toBeUndefined();
  });
});
