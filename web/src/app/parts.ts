// SPDX-License-Identifier: Apache-2.0
import { routeOf, type Route } from './route';

/** What of the page comes only when it is wanted. */
export const parts = {
  account: () => import('../account'),
  job: () => import('../job/JobPage'),
  upload: () => import('../upload'),
  video: () => import('../video/OpenVideoPage'),
};

const partOf: Record<Route['at'], keyof typeof parts | undefined> = {
  start: 'upload', video: 'video', job: 'job', account: 'account', history: 'account', verify: 'account', reset: 'account',
  nowhere: undefined,
};

/** Fetches what the address asks for, while it is found out who is here. */
export function fetchPart(): void {
  const part = partOf[routeOf(window.location.pathname, '').at];
  if (part) void parts[part]().catch(() => undefined); // Whoever shows it asks again.
}
