// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { DetailedError, type HttpResponse } from 'tus-js-client';
import { ApiError } from '../api/problem';
import { mayTryAgain, nextAfter, problemOf } from './outcome';

const failure = (status: number, body: string, headers: Record<string, string> = {}) => {
  const response: HttpResponse = {
    getStatus: () => status, getBody: () => body, getHeader: (name) => headers[name], getUnderlyingObject: () => undefined,
  };
  return Object.assign(Object.create(DetailedError.prototype) as DetailedError, { originalResponse: response });
};
const problem = (code: string, status?: number) => new ApiError(code, '', status, undefined);

describe('problemOf', () => {
  it('takes code and sentence of the server', () => {
    const said = problemOf(failure(413, '{"code":"file_too_large","title":"t","detail":"Files may have 500 MB."}', { 'Retry-After': '7' }));
    expect(said).toMatchObject({ code: 'file_too_large', detail: 'Files may have 500 MB.', status: 413, retryAfterSeconds: 7 });
  });

  it('keeps the status of an answer that is not ours', () => {
    expect(problemOf(failure(502, '<html>Bad gateway</html>'))).toMatchObject({ code: 'unreadable', status: 502, retryAfterSeconds: undefined });
    expect(problemOf(failure(404, ''))).toMatchObject({ code: 'unreadable', status: 404 });
    expect(problemOf(failure(500, 'null'))).toMatchObject({ code: 'unreadable' });
    expect(problemOf(failure(503, '{"code":1}', { 'Retry-After': 'soon' }))).toMatchObject({ code: 'unreadable', retryAfterSeconds: undefined });
  });

  it('knows a cut line, and a fault of the page', () => {
    expect(problemOf(failure(0, '')).code).toBe('offline');
    expect(problemOf(new TypeError('x')).code).toBe('page_fault');
  });
});

describe('nextAfter', () => {
  it.each([
    ['offline', undefined, 'again', 'again'],
    ['page_fault', undefined, 'refuse', 'refuse'],
    ['unauthenticated', 401, 'signIn', 'signIn'],
    ['quota_exceeded', 403, 'refuse', 'refuse'],
    ['not_found', 404, 'anew', 'refuse'],
    ['request_timeout', 408, 'again', 'again'],
    ['upload_offset_mismatch', 409, 'again', 'refuse'],
    ['file_too_large', 413, 'refuse', 'refuse'],
    ['unsupported_media', 415, 'refuse', 'refuse'],
    ['upload_locked', 423, 'again', 'again'],
    ['rate_limited', 429, 'again', 'refuse'],
    ['too_many_requests', 429, 'again', 'again'],
    ['internal', 500, 'again', 'again'],
    ['s3_not_available', 501, 'refuse', 'refuse'],
    ['unreadable', 502, 'again', 'again'],
    ['storage_full', 507, 'again', 'refuse'],
  ] as const)('%s (%s): %s when begun, else %s', (code, status, begun, fresh) => {
    expect(nextAfter(problem(code, status), true)).toBe(begun);
    expect(nextAfter(problem(code, status), false)).toBe(fresh);
  });
});

describe('mayTryAgain', () => {
  it('is for what may change, not for what the file is', () => {
    expect(mayTryAgain(problem('storage_full', 507))).toBe(true);
    expect(mayTryAgain(problem('storage_quota_exceeded', 403))).toBe(true);
    expect(mayTryAgain(problem('unsupported_media', 415))).toBe(false);
    expect(mayTryAgain(problem('empty', undefined))).toBe(false);
  });
});
