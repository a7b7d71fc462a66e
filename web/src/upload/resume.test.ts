// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { file, id, onSignedOut, only, open, patches, phase, phases, queue, reloadedAfter, server, soon, until } from './queue_fixture';

// Node would take the client for Node; jsdom has what the one for browsers needs.
vi.mock('tus-js-client', async () => {
  const path = 'tus-js-client/lib.es5/browser/index.js';
  return (await import(/* @vite-ignore */ path)) as object;
});

describe('After a reload', () => {
  const mine = () => file('a.mp4', 300_000, 7);

  it('says how much is there, and goes on with the same file', async () => {
    await reloadedAfter(150_000, mine());
    await soon(() => expect(phase(0)).toEqual({ is: 'unfinished', sent: 150_000, wrongFile: false }));
    expect(queue().snapshot()[0]).toMatchObject({ name: 'a.mp4', bytes: 300_000 });
    queue().choose(id(0), mine());
    await until(0, 'ready');
    expect(patches()).toEqual([expect.stringMatching(/ 150000$/)]);
    expect(only()?.bytes).toBe(300_000);
    expect(localStorage).toHaveLength(0);
  });

  it.each([
    ['name', file('b.mp4', 300_000, 7)], ['size', file('a.mp4', 300_001, 7)], ['time', file('a.mp4', 300_000, 8)],
  ])('sends nothing of a file with another %s', async (_what, other) => {
    await reloadedAfter(150_000, mine());
    const row = await until(0, 'unfinished');
    queue().choose(row.id, other);
    expect(phase(0)).toMatchObject({ is: 'unfinished', wrongFile: true });
    expect(server.asked.filter((line) => !line.startsWith('HEAD'))).toEqual([]);
    queue().choose(row.id, mine());
    await until(0, 'ready');
  });

  it('knows the file when it is dropped among others', async () => {
    await reloadedAfter(150_000, mine());
    await until(0, 'unfinished');
    queue().add([file('new.mp4', 100), mine()]);
    await until(0, 'ready');
    await until(1, 'ready');
    expect(queue().snapshot().map((row) => row.name)).toEqual(['a.mp4', 'new.mp4']);
    expect(server.uploads.size).toBe(2);
  });

  it('says so when its time was over', async () => {
    await reloadedAfter(150_000, mine());
    server.uploads.clear();
    expect((await until(0, 'refused')).phase).toMatchObject({ problem: { code: 'upload_expired' }, canRetry: false });
    expect(localStorage).toHaveLength(0);
  });

  it('starts from the beginning on demand when its time was over meanwhile', async () => {
    await reloadedAfter(150_000, mine());
    await soon(() => expect(phase(0)).toMatchObject({ sent: 150_000 }));
    server.uploads.clear();
    queue().add([mine()]);
    const row = await until(0, 'refused');
    expect(row.phase).toMatchObject({ problem: { code: 'upload_expired' }, canRetry: true });
    queue().retry(row.id);
    await until(0, 'ready');
    expect(only()?.bytes).toBe(300_000);
  });

  it('goes on looking at what was whole, without the file', async () => {
    server.look = { status: 'validating' };
    queue().add([file('a.mp4', 500)]);
    await until(0, 'looking');
    queue().end();
    server.look = { status: 'complete' };
    open();
    await until(0, 'ready');
    expect(localStorage).toHaveLength(0);
  });

  it('finds out that the last bytes had come', async () => {
    await reloadedAfter(150_000, mine());
    only()!.bytes = 300_000;
    await until(0, 'ready');
  });

  it('leaves alone what another page is sending', async () => {
    await reloadedAfter(150_000, mine());
    await until(0, 'unfinished');
    const path = [...server.uploads.keys()][0]!;
    const query = () => Promise.resolve({ held: [{ name: `tapmask.upload ${path}` }], pending: [] });
    Object.defineProperty(navigator, 'locks', { value: { query }, configurable: true });
    localStorage.setItem('tapmask.uploads.me', JSON.stringify([
      { url: path, ...{ name: 'a.mp4', bytes: 300_000, modified: 7 } },
      { url: path.replace(/.$/, 'f'), ...{ name: 'b.mp4', bytes: 5, modified: 7 } },
    ]));
    open();
    await soon(() => expect(queue().snapshot().map((row) => row.name)).toEqual(['b.mp4']));
    Reflect.deleteProperty(navigator, 'locks');
  });

  it('shows nothing of it to another account', async () => {
    await reloadedAfter(150_000, mine());
    expect(open({ userId: 'another' }).snapshot()).toEqual([]);
  });
});

describe('A session that has ended', () => {
  it('stops what runs and waits; nothing is lost when the same user signs in again', async () => {
    server.refusals.set('PATCH', [[401, 'unauthenticated']]);
    queue().add([file('a.mp4', 100_000), file('b.mp4', 100)]);
    await soon(() => expect(onSignedOut).toHaveBeenCalledTimes(1));
    expect(phases()).toEqual(['waiting', 'waiting']);
    queue().signedIn();
    await until(1, 'ready');
    expect(server.uploads.size).toBe(2);
  });

  it('is noticed while the video is looked at, too', async () => {
    server.refusals.set('GET', [[401, 'unauthenticated']]);
    queue().add([file('a.mp4', 100)]);
    await soon(() => expect(onSignedOut).toHaveBeenCalledTimes(1));
    expect(phases()).toEqual(['looking']);
    queue().signedIn();
    await until(0, 'ready');
  });

  it('does not lose an unfinished upload after a reload', async () => {
    await reloadedAfter(150_000, file('a.mp4', 300_000));
    queue().end();
    onSignedOut.mockReset();
    server.signedOut = true;
    open();
    await soon(() => expect(onSignedOut).toHaveBeenCalled());
    expect(phases()).toEqual(['unfinished']);
    server.signedOut = false;
    queue().signedIn();
    await soon(() => expect(phase(0)).toMatchObject({ sent: 150_000 }));
  });
});

describe('The look at a video', () => {
  it('refuses it in the server’s words', async () => {
    server.look = { status: 'failed', errorCode: 'too_large', errorMessage: 'The video has 4096×2160 pixels.' };
    queue().add([file('a.mp4', 100)]);
    expect((await until(0, 'refused')).phase).toMatchObject({
      problem: { code: 'too_large', detail: 'The video has 4096×2160 pixels.' }, canRetry: false,
    });
    expect(localStorage).toHaveLength(0);
  });

  it('ends with a video that was deleted meanwhile', async () => {
    server.refusals.set('GET', [[404, 'not_found']]);
    queue().add([file('a.mp4', 100)]);
    expect((await until(0, 'refused')).phase).toMatchObject({ problem: { code: 'source_gone' } });
  });
});
