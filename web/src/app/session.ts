// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';
import { api } from '../api/client';
import { ApiError, apiErrorOf } from '../api/problem';
import type { Account, Config } from '../api/types';

/** Who is here, and what this server offers. */
export type Session =
  | { state: 'loading' }
  | { state: 'unreachable'; error: ApiError }
  | { state: 'signedOut'; config: Config; expired: boolean }
  | { state: 'signedIn'; config: Config; account: Account };

let session: Session = { state: 'loading' };
const listeners = new Set<() => void>();

function set(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export async function loadSession(): Promise<void> {
  const asked = api.me().catch(apiErrorOf); // Together with what is offered: that is a round trip less.
  try {
    const config = await api.config();
    const who = await asked;
    if (!(who instanceof ApiError)) set({ state: 'signedIn', config, account: who });
    else if (who.status === 401) set({ state: 'signedOut', config, expired: session.state === 'signedIn' });
    else throw who;
  } catch (error) {
    set({ state: 'unreachable', error: apiErrorOf(error) });
  }
}

/** After an answer 401: what was on the screen stays known, to be gone on with after signing in. */
export function sessionEnded(): void {
  if (session.state === 'signedIn') set({ state: 'signedOut', config: session.config, expired: true });
}

export function signedIn(account: Account): void {
  if (session.state === 'signedIn' || session.state === 'signedOut') {
    set({ state: 'signedIn', config: session.config, account });
  }
}

export function signedOut(): void {
  void import('../upload').then(({ endUploads }) => endUploads()); // Nothing more in this account's name.
  if (session.state === 'signedIn') set({ state: 'signedOut', config: session.config, expired: false });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session);
