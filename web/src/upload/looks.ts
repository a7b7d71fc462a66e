// SPDX-License-Identifier: Apache-2.0
import { api } from '../api/client';
import { followJob } from '../api/follow_job';
import { ApiError, apiErrorOf, isAborted } from '../api/problem';
import type { JobStatusName, Video } from '../api/types';
import type { Stored } from './transfer';

const AT_ONCE = 2; // A browser opens few connections to a server, and uploads need theirs.
const PAUSE_MS = 2000;

export interface LookEvents {
  onChange: (status: JobStatusName, lost: boolean) => void;
  onReady: (video: Video) => void;
  /** In the server's words. */
  onRefused: (problem: ApiError) => void;
  onSignedOut: () => void;
}

/** Follows the jobs that look at what was uploaded, in the order in which they came. */
export class Looks {
  private readonly waiting: [Stored, LookEvents][] = [];
  private running = 0;

  constructor(private readonly signal: AbortSignal) {}

  add(stored: Stored, events: LookEvents): void {
    this.waiting.push([stored, events]);
    this.startNext();
  }

  private startNext(): void {
    const next = this.running < AT_ONCE ? this.waiting.shift() : undefined;
    if (!next) return;
    this.running++;
    void this.look(...next).finally(() => {
      this.running--;
      this.startNext();
    });
  }

  private async look({ jobId, videoId }: Stored, events: LookEvents): Promise<void> {
    let status: JobStatusName = 'queued';
    for (;;) {
      try {
        const job = await followJob(jobId, {
          onChange: (now) => events.onChange((status = now.status), false),
          onLost: (lost) => events.onChange(status, lost),
        }, this.signal);
        if (job.status === 'complete') events.onReady(await api.video(videoId, this.signal));
        else events.onRefused(new ApiError(job.errorCode ?? job.status, job.errorMessage ?? '', undefined, undefined));
        return;
      } catch (error) {
        if (isAborted(error) || this.signal.aborted) return;
        const problem = apiErrorOf(error);
        if (!problem.mayPass) {
          if (problem.status === 401) events.onSignedOut();
          else events.onRefused(gone(problem));
          return;
        }
        events.onChange(status, true);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }
}

const gone = (problem: ApiError): ApiError =>
  problem.status === 404 || problem.status === 410 ? new ApiError('source_gone', '', problem.status, undefined) : problem;
