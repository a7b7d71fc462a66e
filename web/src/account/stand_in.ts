// SPDX-License-Identifier: Apache-2.0
// For tests: stands where the network is. To be imported before anything that imports the client.
import axios, { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Account, Config, Job, Video } from '../api/types';

export interface Asked {
  what: string;
  body: unknown;
  params: Record<string, unknown>;
}
type Answer = [status: number, body?: unknown, headers?: Record<string, string> | undefined];
type Answering = (asked: Asked) => Answer | Promise<Answer>;

/** The server of a test: routes by "get /me", and what was asked of it. */
export const server = {
  asked: [] as Asked[],
  routes: new Map<string, Answering>(),

  on(what: string, answering: Answering | Answer): void {
    this.routes.set(what, typeof answering === 'function' ? answering : () => answering);
  },
  reset(): void {
    this.asked = [];
    this.routes.clear();
    this.on('get /config', [200, config]);
    this.on('get /me', [200, ada]);
    this.on('get /keys', [200, { keys: [] }]);
  },
  /** The bodies of all requests of a route so far. */
  bodies(what: string): unknown[] {
    return this.asked.filter((one) => one.what === what).map((one) => one.body);
  },
};

export const problem = (status: number, code: string, headers?: Record<string, string>): Answer => [
  status,
  { type: `urn:tapmask:error:${code}`, title: code, status, code, detail: `The server's sentence on ${code}.` },
  headers,
];

axios.defaults.adapter = async (request: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
  const what = `${request.method ?? 'get'} ${request.url ?? ''}`;
  const body: unknown = typeof request.data === 'string' ? JSON.parse(request.data) : request.data;
  const asked = { what, body, params: (request.params ?? {}) as Record<string, unknown> };
  server.asked.push(asked);
  const [status, data, headers] = (await server.routes.get(what)?.(asked)) ?? problem(404, 'not_found');
  const response: AxiosResponse = { status, data, statusText: '', headers: new AxiosHeaders(headers), config: request };
  if (status < 400) return response;
  throw new AxiosError(`Status ${status}`, undefined, request, undefined, response);
};

const limits = {
  videosPerMonth: 5, maxFileBytes: 5e8, maxStoredBytes: 2e9, maxDurationSec: 300, maxLongSidePx: 1920,
  maxShortSidePx: 1080, maxFrames: 18000, maxWaitingJobs: 5, maxRunningJobs: 1,
};

export const config: Config = {
  version: '1', uploadKind: 'tus', registrationOpen: true, mailEnabled: true, retentionSec: 86_400, longPollMaxSec: 25,
  formats: ['mp4'], modes: ['privacy_blur'], styles: ['secure'], engines: [{ name: 'classical', isDefault: true }],
  tiers: { free: limits, pro: limits, local: { ...limits, videosPerMonth: null, maxStoredBytes: null, maxFileBytes: null } },
};

/** The owner of the machine, who comes by the terminal's link and has no address. */
export const owner: Account = {
  userId: '6f1c0f9e-5a1d-4c1b-9a53-0d8c2f6f0a11', isVerified: true, tierType: 'local', monthlyQuota: 2,
  monthlyLimit: null, quotaResetDate: '2026-04-01T12:00:00.000Z', storedBytes: 48_211_377,
  createdAt: '2026-03-01T12:00:00.000Z',
};

export const ada: Account = { ...owner, email: 'ada@example.org', tierType: 'free', monthlyLimit: 5 };

export const videoOf = (videoId: string, more: Partial<Video> = {}): Video => ({
  videoId, userId: ada.userId, state: 'ready', originalFilename: `${videoId}.mp4`, fileSize: 1000,
  uploadedAt: '2026-03-02T08:00:00.000Z', expiresAt: '2026-03-03T08:00:00.000Z', duration: 4, ...more,
});

export const jobOf = (jobId: string, videoId: string, more: Partial<Job> = {}): Job => ({
  jobId, videoId, userId: ada.userId, kind: 'mask', status: 'complete', progress: 100, attempt: 1, rev: 10,
  createdAt: '2026-03-02T08:01:00.000Z', mode: 'privacy_blur', style: 'secure', ...more,
});

server.reset();
