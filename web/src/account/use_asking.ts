// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useRef, useState } from 'react';
import { apiErrorOf, type ApiError } from '../api/problem';
import { sessionEnded } from '../app/session';

export interface Asking {
  busy: boolean;
  error: ApiError | undefined;
  /** Runs one request at a time; `then` only when it succeeded and the component is still there. */
  ask: <Answer>(request: () => Promise<Answer>, then?: (answer: Answer) => void) => Promise<void>;
  clear: () => void;
}

/** A request that a button sets off, and what came of it. */
export function useAsking(): Asking {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const running = useRef(false);
  const here = useRef(true);

  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const ask = useCallback(async <Answer,>(request: () => Promise<Answer>, then?: (answer: Answer) => void) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(undefined);
    try {
      const answer = await request();
      if (here.current) then?.(answer);
    } catch (caught) {
      const problem = apiErrorOf(caught);
      if (problem.code === 'unauthenticated') sessionEnded(); // The dialog over the page says it.
      else if (here.current) setError(problem);
    } finally {
      running.current = false;
      if (here.current) setBusy(false);
    }
  }, []);

  return { busy, error, ask, clear: useCallback(() => setError(undefined), []) };
}
