// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { followJob } from '../api/follow_job';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { Job, JobStatus } from '../api/types';
import { sessionEnded } from '../app/session';

export interface JobView {
  job: Job;
  status: JobStatus;
  lost: boolean; // The connection.
}
export type JobState = { state: 'loading' } | { state: 'open'; view: JobView } | { state: 'failed'; error: ApiError };

export function useJob(jobId: string): JobState {
  const [state, setState] = useState<JobState>({ state: 'loading' });
  useEffect(() => {
    const stop = new AbortController();
    const change = (by: Partial<JobView>) =>
      setState((before) => (before.state === 'open' ? { state: 'open', view: { ...before.view, ...by } } : before));
    async function follow(): Promise<void> {
      const job = await api.job(jobId, stop.signal);
      setState({ state: 'open', view: { job, status: job, lost: false } });
      const end = await followJob(jobId, {
        onChange: (status) => change({ status, lost: false }),
        onLost: (lost) => change({ lost }),
      }, stop.signal);
      if (end.rev !== job.rev) change({ job: await api.job(jobId, stop.signal), status: end });
    }
    follow().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      const problem = apiErrorOf(error);
      if (problem.status === 401) sessionEnded();
      setState({ state: 'failed', error: problem });
    });
    return () => stop.abort();
  }, [jobId]);
  return state;
}
