// SPDX-License-Identifier: Apache-2.0
// For tests: a queue against a server in this process.
import { configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { UploadQueue } from './queue';
import type { Phase, Row } from './row';
import { TusServer } from './tus_server';

configure({ asyncUtilTimeout: 4000 });

export const server = new TusServer();
export const onSignedOut = vi.fn<() => void>();
const queues: UploadQueue[] = [];

export function open({ maxFileBytes = null, userId = 'me' }: { maxFileBytes?: number | null; userId?: string } = {}): UploadQueue {
  const made = new UploadQueue({ userId, maxFileBytes, onSignedOut });
  queues.push(made);
  return made;
}

/** The queue opened last. */
export const queue = (): UploadQueue => queues.at(-1)!;

beforeAll(async () => {
  const { jsdom } = globalThis as unknown as { jsdom: { reconfigure: (to: { url: string }) => void } };
  jsdom.reconfigure({ url: await server.start() });
});

afterAll(() => server.stop());

beforeEach(() => {
  localStorage.clear();
  onSignedOut.mockReset();
  open();
});

afterEach(() => {
  vi.useRealTimers();
  for (const one of queues.splice(0)) one.end();
  server.forget();
});

export const file = (name: string, bytes: number, modified = 1) =>
  new File([new Uint8Array(bytes)], name, { lastModified: modified, type: 'video/mp4' });

export const phases = () => queue().snapshot().map((row) => row.phase.is);
export const phase = (index: number) => queue().snapshot()[index]?.phase;
export const id = (index: number) => queue().snapshot()[index]!.id;
export const only = () => [...server.uploads.values()][0];
export const patches = () => server.asked.filter((line) => line.startsWith('PATCH'));

/** Waits until that holds, on a busy machine as well. */
export const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 4000 });

/** Resolves when the row at `index` is in that phase. */
export function until(index: number, is: Phase['is']): Promise<Row> {
  const of = queue();
  return new Promise((resolve) => {
    const look = () => {
      const row = of.snapshot()[index];
      if (row?.phase.is !== is) return;
      stop();
      resolve(row);
    };
    const stop = of.subscribe(look);
    look();
  });
}

/** These are not answered until the returned function is called. */
export function hold(what: 'hold' | 'holdCreation'): () => void {
  let release: () => void = () => undefined;
  server[what] = new Promise((resolve) => (release = resolve));
  return release;
}

/** A first page, on which so much of a file has come, and then the page is loaded again. */
export async function reloadedAfter(bytes: number, of: File): Promise<void> {
  server.cutAt = bytes;
  queue().add([of]);
  await until(0, 'interrupted');
  queue().end();
  expect(localStorage).toHaveLength(1);
  server.asked.length = 0;
  open();
}
