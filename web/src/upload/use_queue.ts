// SPDX-License-Identifier: Apache-2.0
import { useEffect, useSyncExternalStore } from 'react';
import type { Account, Config } from '../api/types';
import { sessionEnded } from '../app/session';
import { UploadQueue } from './queue';
import type { Row } from './row';

// Uploads go on while the page shows something else, so the queue is the page's, not a component's.
let current: { userId: string; queue: UploadQueue } | undefined;

function queueOf({ userId, tierType }: Account, config: Config): UploadQueue {
  if (current?.userId !== userId) {
    endUploads();
    current = { userId, queue: new UploadQueue({ userId, maxFileBytes: config.tiers[tierType].maxFileBytes, onSignedOut: sessionEnded }) };
  }
  return current.queue;
}

/** For signing out: nothing more is sent in this account's name. */
export function endUploads(): void {
  current?.queue.end();
  current = undefined;
}

export function useQueue(account: Account, config: Config): [queue: UploadQueue, rows: readonly Row[]] {
  const queue = queueOf(account, config);
  useEffect(() => queue.signedIn(), [queue]);
  return [queue, useSyncExternalStore(queue.subscribe, queue.snapshot)];
}
