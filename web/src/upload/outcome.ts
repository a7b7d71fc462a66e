// SPDX-License-Identifier: Apache-2.0
import { DetailedError, type HttpResponse } from 'tus-js-client';
import { ApiError } from '../api/problem';
import type { Problem } from '../api/types';

/** What a failure of an upload asks for. */
export type Next =
  | 'again' // By itself, after a while.
  | 'signIn'
  | 'anew' // The server has nothing of it any more.
  | 'refuse';

/** `offline`: no answer came. */
export function problemOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof DetailedError)) return new ApiError('page_fault', String(error), undefined, undefined);
  const response = error.originalResponse;
  if (!response || response.getStatus() === 0) return new ApiError('offline', 'The server does not answer.', undefined, undefined);
  const status = response.getStatus();
  const after = Number(response.getHeader('Retry-After') ?? Number.NaN);
  const wait = Number.isFinite(after) && after >= 0 ? after : undefined;
  const said = bodyOf(response);
  return said
    ? new ApiError(said.code, said.detail, status, wait)
    : new ApiError('unreadable', `Status ${status}.`, status, wait); // Answers to HEAD have no body.
}

function bodyOf(response: HttpResponse): Pick<Problem, 'code' | 'detail'> | undefined {
  try {
    const body = JSON.parse(response.getBody()) as Partial<Problem> | null;
    if (typeof body?.code !== 'string') return undefined;
    return { code: body.code, detail: typeof body.detail === 'string' ? body.detail : '' };
  } catch {
    return undefined;
  }
}

/** `begun`: the server has some of it already, which is worth waiting for. */
export function nextAfter(problem: ApiError, begun: boolean): Next {
  const { status, code } = problem;
  if (code === 'page_fault') return 'refuse';
  if (status === undefined) return 'again';
  if (status === 401) return 'signIn';
  if (status === 404 || status === 410) return begun ? 'anew' : 'refuse';
  if (status === 408 || status === 423) return 'again';
  if (status === 409) return begun ? 'again' : 'refuse'; // Where the server is, HEAD tells.
  if (status === 429) return begun || code !== 'rate_limited' ? 'again' : 'refuse'; // Else: too many unfinished ones.
  if (status === 501) return 'refuse';
  if (status === 507) return begun ? 'again' : 'refuse';
  return status >= 500 ? 'again' : 'refuse';
}

/** The same file may be taken later, once the user has made room or the server has. */
export const mayTryAgain = (problem: ApiError): boolean =>
  problem.mayPass || ['quota_exceeded', 'storage_quota_exceeded', 'rate_limited', 'unreadable_file'].includes(problem.code);
