// SPDX-License-Identifier: Apache-2.0
import axios, { type AxiosRequestConfig } from 'axios';
import { apiErrorOf, isAborted } from './problem';
import type {
  Account, ApiKey, Config, CorrectionRequest, Job, JobStatus, MaskPage, Preview, PreviewRequest, Report, ReviewSpan,
  SegmentRequest, ShownApiKey, Video,
} from './types';

export const http = axios.create({ baseURL: '/api/v1', timeout: 30_000 });

/** An aborted request rejects with axios' own cancellation, everything else with an ApiError. */
async function ask<Answer>(config: AxiosRequestConfig): Promise<Answer> {
  try {
    return (await http.request<Answer>(config)).data;
  } catch (error) {
    throw isAborted(error) ? error : apiErrorOf(error);
  }
}

const get = <Answer>(url: string, signal?: AbortSignal, params?: object) =>
  ask<Answer>({ url, params, ...(signal && { signal }) });
const post = <Answer>(url: string, data: unknown = {}, signal?: AbortSignal, timeout?: number) =>
  ask<Answer>({ method: 'post', url, data, ...(signal && { signal }), ...(timeout && { timeout }) });
const remove = <Answer>(url: string) => ask<Answer>({ method: 'delete', url });

export interface FrameTimesAnswer {
  frames: number;
  timescale: number;
  runs: [count: number, ticks: number][];
}

/** Every route that the page uses, by the name of its resource. */
export const api = {
  config: (signal?: AbortSignal) => get<Config>('/config', signal),

  me: (signal?: AbortSignal) => get<Account>('/me', signal),
  eraseMe: () => remove<{ success: true }>('/me'),
  login: (email: string, password: string) => post<Account>('/auth/login', { email, password }),
  logout: () => post<void>('/auth/logout'),
  register: (email: string, password: string) => post<Account>('/auth/register', { email, password }),
  verify: (token: string) => post<void>('/auth/verify', { token }),
  sendVerifyMail: (email: string) => post<void>('/auth/verify', { email }),
  setPassword: (token: string, password: string) => post<void>('/auth/reset', { token, password }),
  sendResetMail: (email: string) => post<void>('/auth/reset', { email }),
  keys: (signal?: AbortSignal) => get<{ keys: ApiKey[] }>('/keys', signal),
  makeKey: (name: string) => post<ShownApiKey>('/keys', { name }),
  revokeKey: (keyId: string) => remove<void>(`/keys/${keyId}`),

  videos: (before?: string, signal?: AbortSignal) =>
    get<{ videos: Video[]; next: string | null }>('/videos', signal, { before }),
  video: (videoId: string, signal?: AbortSignal) => get<Video>(`/videos/${videoId}`, signal),
  frameTimes: (videoId: string, signal?: AbortSignal) => get<FrameTimesAnswer>(`/videos/${videoId}/frames`, signal),
  removeVideo: (videoId: string) => remove<{ success: true }>(`/video/${videoId}`),

  /** A preview that takes longer than the server waits comes as a job, which has it when it is complete. */
  preview: (request: PreviewRequest, signal?: AbortSignal) =>
    post<Preview | { jobId: string; statusUrl: string }>('/preview', request, signal),
  segment: (request: SegmentRequest) => post<{ jobId: string; statusUrl: string }>('/segment', request),

  jobs: (before?: string, signal?: AbortSignal) =>
    get<{ jobs: Job[]; next: string | null }>('/jobs', signal, { before }),
  job: (jobId: string, signal?: AbortSignal) => get<Job>(`/jobs/${jobId}`, signal),
  /** Answers when the job has another `rev` than `since`, or after `waitSeconds`. */
  status: (jobId: string, signal?: AbortSignal, since?: number, waitSeconds?: number) =>
    get<JobStatus>(`/status/${jobId}`, signal, { since, wait: waitSeconds }),
  cancel: (jobId: string) => post<void>(`/jobs/${jobId}/cancel`),
  masks: (jobId: string, from: number, signal?: AbortSignal) =>
    get<MaskPage>(`/jobs/${jobId}/masks`, signal, { from }),
  review: (jobId: string, signal?: AbortSignal) => get<{ spans: ReviewSpan[] }>(`/jobs/${jobId}/review`, signal),
  report: (jobId: string, signal?: AbortSignal) => get<Report>(`/jobs/${jobId}/report`, signal),
  correct: (jobId: string, request: CorrectionRequest) =>
    post<{ jobId: string; statusUrl: string }>(`/jobs/${jobId}/corrections`, request),
} as const;

/** Addresses that are opened by the browser itself. */
export const links = {
  export: '/api/v1/me/export',
  download: (jobId: string) => `/api/v1/download/${jobId}`,
  report: (jobId: string) => `/api/v1/jobs/${jobId}/report`,
  proxy: (videoId: string) => `/api/v1/videos/${videoId}/proxy`,
  poster: (videoId: string) => `/api/v1/videos/${videoId}/poster`,
} as const;
