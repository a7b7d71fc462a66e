// SPDX-License-Identifier: Apache-2.0
import { api } from './client';
import { ApiError, apiErrorOf, isAborted } from './problem';
import type { JobStatus } from './types';

const POLL_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 30;

export const hasEnded = (job: JobStatus): boolean =>
  job.status === 'complete' || job.status === 'failed' || job.status === 'cancelled';

export interface Watcher {
  onChange: (job: JobStatus) => void;
  /** The line is cut; it is tried again by itself. */
  onLost?: (lost: boolean) => void;
}

/**
 * Follows a job until it has ended: by the server's events, and where those do not come, by asking
 * every two seconds. Rejects only when there is no such job, the session has ended, or `signal` aborts.
 */
export async function followJob(jobId: string, watcher: Watcher, signal: AbortSignal): Promise<JobStatus> {
  let last: JobStatus | undefined;
  let failures = 0;
  const heard = new Events(jobId, signal);
  try {
    for (;;) {
      try {
        const job = await api.status(jobId, signal);
        if (failures > 0) watcher.onLost?.(false);
        failures = 0;
        if (job.rev !== last?.rev) watcher.onChange(job);
        last = job;
        if (hasEnded(job)) return job;
        const next = await heard.next(last.rev, heard.isOpen ? LONGEST_PAUSE_SECONDS : POLL_SECONDS);
        if (next) {
          watcher.onChange(next);
          last = next;
          if (hasEnded(next)) return next;
        }
      } catch (error) {
        if (isAborted(error) || signal.aborted) throw error;
        const problem = apiErrorOf(error);
        if (isFinal(problem)) throw problem;
        failures++;
        if (failures > 1) watcher.onLost?.(true);
        await pause(problem.retryAfterSeconds ?? Math.min(LONGEST_PAUSE_SECONDS, POLL_SECONDS * failures), signal);
      }
    }
  } finally {
    heard.end();
  }
}

const isFinal = (problem: ApiError): boolean =>
  problem.status === 401 || problem.status === 403 || problem.status === 404 || problem.status === 410;

/** What the stream of events says of one job. */
class Events {
  private readonly source: EventSource | undefined;
  private latest: JobStatus | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly jobId: string,
    private readonly signal: AbortSignal,
  ) {
    if (typeof EventSource === 'undefined') return;
    this.source = new EventSource('/api/v1/events');
    this.source.addEventListener('job', (event: MessageEvent<string>) => {
      const job = JSON.parse(event.data) as JobStatus;
      if (job.jobId !== this.jobId) return;
      this.latest = job;
      this.wake?.();
    });
    this.source.addEventListener('error', () => this.wake?.()); // Ask, then; it connects again by itself.
  }

  get isOpen(): boolean {
    return this.source?.readyState === 1;
  }

  /** A state later than `rev`; nothing when none came in so many seconds. */
  async next(rev: number, seconds: number): Promise<JobStatus | undefined> {
    const later = () => (this.latest && this.latest.rev > rev ? this.latest : undefined);
    if (!later()) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await Promise.race([woken, pause(seconds, this.signal)]);
      this.wake = undefined;
    }
    return later();
  }

  end(): void {
    this.source?.close();
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted.'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
