// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

// One timer for everything on the page that counts down; none where nothing does.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of [...listeners]) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** What `say` says of now. Drawn again only when that changes, not with every tick. */
export const useTicking = <Said extends string>(say: (now: number) => Said): Said =>
  useSyncExternalStore(subscribe, () => say(Date.now()));
