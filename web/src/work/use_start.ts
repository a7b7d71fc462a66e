// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { apiErrorOf, type ApiError } from '../api/problem';
import { go } from '../app/route';
import { sessionEnded } from '../app/session';

/** Starts a job and goes to its page; or says why there is none. */
export function useStart() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  async function start(ask: () => Promise<{ jobId: string }>): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const { jobId } = await ask();
      go(`/jobs/${jobId}`);
    } catch (error) {
      const said = apiErrorOf(error);
      if (said.status === 401) sessionEnded(); // Which is said in its own place.
      else setProblem(said);
      setBusy(false);
    }
  }
  return { busy, problem, start };
}
