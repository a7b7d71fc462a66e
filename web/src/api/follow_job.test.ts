// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { http } from './client';
import { followJob } from './follow_job';
import { ApiError } from './problem';
import type { JobStatus } from './types';

const id = 'e4eaaaf2-d142-41b1-b3e6-3a1f9b2c4d5e';
const state = (rev: number, status: JobStatus['status'], progress = rev): JobStatus => ({
  jobId: id, videoId: id, kind: 'mask', status, progress, attempt: 1, rev, createdAt: '2026-03-02T08:31:00.000Z',
});

/** Stands in for the browser's; the test says what comes. */
class Stream extends EventTarget {
  static all: Stream[] = [];
  readyState = 1;
  closed = false;
  constructor(readonly url: string) {
    super();
    Stream.all.push(this);
  }
  say(job: JobStatus) {
    this.dispatchEvent(new MessageEvent('job', { data: JSON.stringify(job) }));
  }
  close() {
    this.closed = true;
  }
}

describe('followJob', () => {
  let server: Server;
  let answers: (JobStatus | number)[];
  let asked: () => void;

  beforeEach(async () => {
    answers = [];
    asked = () => undefined;
    server = createServer((_, response) => {
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Content-Type', 'application/json');
      response.statusCode = typeof answer === 'number' ? answer : 200;
      response.end(JSON.stringify(typeof answer === 'number' ? { code: 'x', title: 'x', detail: '' } : answer), () => asked());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubGlobal('EventSource', undefined);
    http.defaults.baseURL = `http://127.0.0.1:${port}/api/v1`;
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
    Stream.all = [];
    server.closeAllConnections();
    server.close();
  });

  it('ends with a job that has ended already', async () => {
    answers = [state(4, 'complete', 100)];
    const seen: number[] = [];
    const end = await followJob(id, { onChange: (job) => seen.push(job.rev) }, new AbortController().signal);
    expect(end.status).toBe('complete');
    expect(seen).toEqual([4]);
  });

  it('goes by the events of this job alone', async () => {
    vi.stubGlobal('EventSource', Stream);
    answers = [state(1, 'tracking')];
    const seen: number[] = [];
    const first = new Promise<void>((resolve) => (asked = resolve));
    const end = followJob(id, { onChange: (job) => seen.push(job.rev) }, new AbortController().signal);
    await first;
    await vi.waitFor(() => expect(seen).toEqual([1]));
    Stream.all[0]?.say({ ...state(9, 'complete'), jobId: 'another' });
    answers = [state(2, 'complete', 100)];
    Stream.all[0]?.say(state(2, 'complete', 100));
    expect((await end).rev).toBe(2);
    expect(seen).toEqual([1, 2]);
    expect(Stream.all[0]?.closed).toBe(true);
  });

  it('says that the line is cut, and that it is whole again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    answers = [503, 503, state(3, 'complete', 100)];
    const lost: boolean[] = [];
    const end = followJob(id, { onChange: () => undefined, onLost: (isLost) => lost.push(isLost) }, new AbortController().signal);
    let steps = 0;
    void end.then(() => (steps = 1000));
    for (; steps < 1000; steps++) await vi.advanceTimersByTimeAsync(500);
    expect(lost).toEqual([true, false]);
  });

  it('gives up where nothing can come any more', async () => {
    for (const status of [401, 404, 410]) {
      answers = [status];
      const end = followJob(id, { onChange: () => undefined }, new AbortController().signal);
      await expect(end).rejects.toBeInstanceOf(ApiError);
      await expect(end).rejects.toMatchObject({ status });
    }
  });

  it('stops when it is told to', async () => {
    answers = [state(1, 'tracking')];
    const stop = new AbortController();
    const end = followJob(id, { onChange: () => stop.abort() }, stop.signal);
    await expect(end).rejects.toBeTruthy();
  });
});
