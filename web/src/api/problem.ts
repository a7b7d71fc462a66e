// SPDX-License-Identifier: Apache-2.0
import { isAxiosError, isCancel } from 'axios';
import type { Problem } from './types';

/** Why a request came to nothing. `code` is of docs/errors.md, or one of the three here. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: string,
    /** A sentence of the server for the user, in English. */
    readonly detail: string,
    readonly status: number | undefined,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(`${code}: ${detail}`);
  }

  /** The same may work later, without anybody doing anything else. */
  get mayPass(): boolean {
    return this.code === 'offline' || this.status === 429 || this.status === 503 || this.status === 507;
  }
}

export const isAborted = (error: unknown): boolean => isCancel(error);

/** `offline`: no answer came. `unreadable`: one that is not this server's. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!isAxiosError(error)) return new ApiError('page_fault', String(error), undefined, undefined);
  const { response } = error;
  if (!response) return new ApiError('offline', 'The server does not answer.', undefined, undefined);
  const after = Number(response.headers['retry-after']);
  const wait = Number.isFinite(after) && after >= 0 ? after : undefined;
  const body: unknown = response.data;
  if (isProblem(body)) return new ApiError(body.code, body.detail, response.status, wait);
  return new ApiError('unreadable', `Status ${response.status}.`, response.status, wait);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' &&
    'title' in body && typeof body.title === 'string';
}
