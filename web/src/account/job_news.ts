// SPDX-License-Identifier: Apache-2.0
import type { JobStatus } from '../api/types';

const POLL_MS = 5_000;

export interface News {
  onJob: (job: JobStatus) => void;
  /** The stream cannot be had: this is called every few seconds instead. */
  onLook: () => void;
}

/** Tells of all changes of the account's jobs after `rev`, until the function that it returns is called. */
export function followJobs(rev: number, news: News): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const poll = () => (timer ??= setInterval(news.onLook, POLL_MS));
  const stopPolling = () => {
    clearInterval(timer);
    timer = undefined;
  };

  if (typeof EventSource === 'undefined') {
    poll();
    return stopPolling;
  }
  const source = new EventSource(`/api/v1/events?since=${rev}`);
  source.addEventListener('job', (event: MessageEvent<string>) => news.onJob(JSON.parse(event.data) as JobStatus));
  source.addEventListener('error', () => {
    if (source.readyState === 2) poll(); // It was refused; a cut line connects again by itself.
  });
  return () => {
    stopPolling();
    source.close();
  };
}
