// SPDX-License-Identifier: Apache-2.0
import type { SavedUpload } from './saved';

const nameOf = (url: string): string => `tapmask.upload ${url}`;
// Only on addresses that browsers call secure; elsewhere two pages may offer the same upload.
const locks = (): LockManager | undefined => (navigator as { locks?: LockManager }).locks;

/** This page sends it: until `signal` aborts, or the page is gone in whatever way. */
export function claim(url: string, signal: AbortSignal): void {
  const held = () => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (!signal.aborted) void locks()?.request(nameOf(url), { ifAvailable: true }, held);
}

/** Without those that another page of this browser is sending right now. */
export async function unclaimed(uploads: SavedUpload[]): Promise<SavedUpload[]> {
  const names = new Set((await locks()?.query())?.held?.map((lock) => lock.name));
  return uploads.filter(({ url }) => !names.has(nameOf(url)));
}
