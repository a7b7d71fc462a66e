// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followJobs } from './job_news';

class Stream extends EventTarget {
  static last: Stream;
  readyState = 0;

  constructor(readonly url: string) {
    super();
    Stream.last = this;
  }
  close() {
    this.readyState = 2;
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Stream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('followJobs', () => {
  it('goes on from the revision that is known', () => {
    followJobs(41, { onJob: vi.fn(), onLook: vi.fn() })();

    expect(Stream.last.url).toBe('/api/v1/events?since=41');
    expect(Stream.last.readyState).toBe(2);
  });

  it('leaves a cut line to the browser, and looks by itself where the stream was refused', () => {
    const onLook = vi.fn();
    const stop = followJobs(0, { onJob: vi.fn(), onLook });

    Stream.last.fail(0);
    vi.advanceTimersByTime(20_000);
    expect(onLook).not.toHaveBeenCalled();
    Stream.last.fail(2);
    Stream.last.fail(2);
    vi.advanceTimersByTime(10_000);
    expect(onLook).toHaveBeenCalledTimes(2);

    stop();
    vi.advanceTimersByTime(20_000);
    expect(onLook).toHaveBeenCalledTimes(2);
  });

  it('looks by itself where there are no streams at all', () => {
    vi.stubGlobal('EventSource', undefined);
    const onLook = vi.fn();

    const stop = followJobs(0, { onJob: vi.fn(), onLook });
    vi.advanceTimersByTime(5_000);
    stop();

    expect(onLook).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});
