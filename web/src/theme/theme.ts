// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';

const KEY = 'tapmask.theme';
const listeners = new Set<() => void>();

/** Where the browser keeps nothing, the choice holds until the page is closed. */
function kept(): Theme {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
  } catch {
    return 'system';
  }
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

let current = kept();
show(current); // By the import itself, so that nothing is drawn in the other theme first.

function take(next: Theme): void {
  current = next;
  show(next);
  for (const listener of listeners) listener();
}

export const theme = (): Theme => current;

export function setTheme(next: Theme): void {
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is closed.
  }
  take(next);
}

// The same choice in every open page.
window.addEventListener('storage', (event) => {
  if (event.key === KEY || event.key === null) take(kept());
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);
