// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

export type Route =
  | { at: 'start' }
  | { at: 'video'; videoId: string }
  | { at: 'job'; jobId: string }
  | { at: 'account' }
  | { at: 'history' }
  | { at: 'verify'; token: string }
  | { at: 'reset'; token: string }
  | { at: 'nowhere' };

const uuid = '([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})';

export function routeOf(path: string, search: string): Route {
  const token = new URLSearchParams(search).get('token') ?? '';
  const video = new RegExp(`^/videos/${uuid}$`).exec(path);
  const job = new RegExp(`^/jobs/${uuid}$`).exec(path);
  if (path === '/') return { at: 'start' };
  if (video?.[1]) return { at: 'video', videoId: video[1] };
  if (job?.[1]) return { at: 'job', jobId: job[1] };
  if (path === '/account') return { at: 'account' };
  if (path === '/history') return { at: 'history' };
  if (path === '/verify') return { at: 'verify', token };
  if (path === '/reset') return { at: 'reset', token };
  return { at: 'nowhere' };
}

const address = () => window.location.pathname + window.location.search;

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
}

export function go(path: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export function useRoute(): Route {
  const at = useSyncExternalStore(subscribe, address);
  const url = new URL(at, window.location.origin);
  return routeOf(url.pathname, url.search);
}
