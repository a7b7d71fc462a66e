// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { file, hold, id, only, open, patches, phase, phases, queue, server, soon, until } from './queue_fixture';

// Node would take the client for Node; jsdom has what the one for browsers needs.
vi.mock('tus-js-client', async () => {
  const path = 'tus-js-client/lib.es5/browser/index.js';
  return (await import(/* @vite-ignore */ path)) as object;
});

describe('UploadQueue', () => {
  it('sends a file and looks at it', async () => {
    queue().add([file('ä.mp4', 300_000)]);
    const row = await until(0, 'ready');
    expect(row).toMatchObject({ name: 'ä.mp4', bytes: 300_000, phase: { video: { state: 'ready' } } });
    expect(only()).toMatchObject({ bytes: 300_000, metadata: `filename w6QubXA0,filetype ${btoa('video/mp4')}` });
    expect(server.asked.slice(0, 2)).toEqual(['POST /api/v1/uploads', expect.stringMatching(/^PATCH .* 65536$/)]);
    expect(localStorage).toHaveLength(0);
  });

  it('sends a small file with its creation', async () => {
    queue().add([file('a.mp4', 500)]);
    await until(0, 'ready');
    expect(patches()).toEqual([]);
  });

  it('sends several one after the other', async () => {
    const release = hold('hold');
    queue().add([file('a.mp4', 100_000), file('b.mp4', 100_000)]);
    await soon(() => expect(patches()).toHaveLength(1));
    expect(phases()).toEqual(['uploading', 'waiting']);
    release();
    await until(1, 'ready');
    expect(server.uploads.size).toBe(2);
  });

  it('shows how much has gone', async () => {
    const release = hold('hold');
    queue().add([file('a.mp4', 200_000)]);
    await soon(() => expect(phase(0)).toMatchObject({ is: 'uploading', sent: 65_536 }));
    release();
    await until(0, 'ready');
  });

  it('reads over a file that is on its way already', async () => {
    queue().add([file('a.mp4', 100_000), file('a.mp4', 100_000)]);
    expect(queue().snapshot()).toHaveLength(1);
    await until(0, 'ready');
    queue().add([file('a.mp4', 100_000)]);
    expect(queue().snapshot()).toHaveLength(2);
    await until(1, 'ready');
  });

  it('refuses what is empty or too large without asking, and takes the rest', async () => {
    open({ maxFileBytes: 1000 });
    queue().add([file('none.mp4', 0), file('large.mp4', 1001), file('fits.mp4', 1000)]);
    expect(phase(0)).toMatchObject({ is: 'refused', problem: { code: 'empty' }, canRetry: false });
    expect(phase(1)).toMatchObject({ is: 'refused', problem: { code: 'file_too_large' }, canRetry: false });
    await until(2, 'ready');
    expect(server.uploads.size).toBe(1);
  });

  it.each([
    [403, 'quota_exceeded', true], [403, 'storage_quota_exceeded', true], [413, 'file_too_large', false],
    [415, 'unsupported_media', false], [429, 'rate_limited', true], [507, 'storage_full', true],
  ])('says what the server refuses (%s %s), and goes on with the next', async (status, code, canRetry) => {
    server.refusals.set('POST', [[status, code]]);
    queue().add([file('a.mp4', 100_000), file('b.mp4', 100)]);
    await until(1, 'ready');
    expect(phase(0)).toMatchObject({
      is: 'refused', problem: { code, detail: `The server says ${code}.` }, canRetry,
    });
    queue().retry(id(0));
    await until(0, canRetry ? 'ready' : 'refused');
  });

  it('throws away what was begun and is refused later', async () => {
    server.refusals.set('PATCH', [[415, 'unsupported_media']]);
    queue().add([file('a.mp4', 100_000)]);
    await until(0, 'refused');
    await soon(() => expect(server.uploads.size).toBe(0));
    expect(localStorage).toHaveLength(0);
  });

  it('says so when the file cannot be read any more', async () => {
    const moved = file('a.mp4', 100_000);
    moved.slice = () => new Blob([]);
    vi.spyOn(FileReader.prototype, 'readAsArrayBuffer').mockImplementation(function (this: FileReader) {
      this.onerror?.(new ProgressEvent('error') as ProgressEvent<FileReader>);
    });
    server.cutAt = 0;
    queue().add([moved]);
    expect((await until(0, 'refused')).phase).toMatchObject({ problem: { code: 'unreadable_file' }, canRetry: true });
  });
});

describe('A cut line', () => {
  it('is waited for, and it goes on where the server is', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    server.cutAt = 150_000;
    queue().add([file('a.mp4', 300_000)]);
    expect((await until(0, 'interrupted')).phase).toMatchObject({ problem: { code: 'offline' } });
    vi.advanceTimersByTime(1000);
    await until(0, 'ready');
    expect(patches().at(-1)).toMatch(/ 150000$/);
    expect(server.uploads.size).toBe(1);
    expect(only()?.bytes).toBe(300_000);
  });

  it('does not end the waiting: after many tries it still goes on', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    server.refusals.set('PATCH', [[500, 'internal']]);
    server.refusals.set('HEAD', Array.from({ length: 11 }, () => [503, 'unavailable']));
    queue().add([file('a.mp4', 100_000)]);
    for (let tries = 1; tries <= 12; tries++) {
      await soon(() => expect(phase(0)?.is).toBe('interrupted'));
      const heads = server.asked.filter((line) => line.startsWith('HEAD')).length;
      vi.advanceTimersByTime(30_000);
      await soon(() => expect(server.asked.filter((line) => line.startsWith('HEAD'))).toHaveLength(heads + 1));
    }
    await until(0, 'ready');
  });

  it('goes on at once when the browser is online again, or when asked to', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    server.refusals.set('PATCH', [[503, 'unavailable', { 'Retry-After': '3600' }], [503, 'unavailable', { 'Retry-After': '3600' }]]);
    queue().add([file('a.mp4', 100_000)]);
    await until(0, 'interrupted');
    window.dispatchEvent(new Event('online'));
    expect(phases()).toEqual(['uploading']);
    const row = await until(0, 'interrupted');
    queue().resume(row.id);
    await until(0, 'ready');
  });

  it('waits as long as the server says', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    server.refusals.set('PATCH', [[503, 'unavailable', { 'Retry-After': '3600' }]]);
    queue().add([file('a.mp4', 100_000)]);
    await until(0, 'interrupted');
    vi.advanceTimersByTime(3_500_000);
    expect(phases()).toEqual(['interrupted']);
    vi.advanceTimersByTime(100_000);
    await until(0, 'ready');
  });

  it.each([['is offline', true, 4000, 2500], ['is not', false, 119_000, 2500]])(
    'is noticed when nothing goes on and the browser %s', async (_what, isOffline, before, after) => {
      vi.useFakeTimers({ shouldAdvanceTime: true });
      const release = hold('holdCreation');
      queue().add([file('a.mp4', 100_000)]);
      await soon(() => expect(server.asked).toHaveLength(1));
      if (isOffline) window.dispatchEvent(new Event('offline'));
      vi.advanceTimersByTime(before);
      expect(phases()).toEqual(['uploading']);
      vi.advanceTimersByTime(after);
      expect(phases()).toEqual(['interrupted']);
      release();
      window.dispatchEvent(new Event('online'));
      await until(0, 'ready');
    });
});

describe('Pausing', () => {
  it('keeps what came, lets the next go, and goes on in its turn', async () => {
    const release = hold('hold');
    queue().add([file('a.mp4', 100_000), file('b.mp4', 90_000)]);
    await soon(() => expect(patches()).toHaveLength(1));
    const row = queue().snapshot()[0]!;
    queue().pause(row.id);
    expect(phases()).toEqual(['paused', 'uploading']);
    queue().resume(row.id);
    expect(phases()).toEqual(['waiting', 'uploading']);
    release();
    await until(0, 'ready');
    expect(server.uploads.size).toBe(2);
  });

  it('within the creation makes no second upload', async () => {
    const release = hold('holdCreation');
    queue().add([file('a.mp4', 100_000)]);
    await soon(() => expect(server.asked).toHaveLength(1));
    queue().pause(id(0));
    queue().resume(id(0));
    release();
    await until(0, 'ready');
    expect(server.uploads.size).toBe(1);
    expect(server.asked.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });
});

describe('Giving up', () => {
  it('takes it off the server and forgets it', async () => {
    const release = hold('hold');
    queue().add([file('a.mp4', 100_000)]);
    await soon(() => expect(patches()).toHaveLength(1));
    queue().remove(id(0));
    expect(queue().snapshot()).toEqual([]);
    expect(localStorage).toHaveLength(0);
    await soon(() => expect(server.uploads.size).toBe(0));
    release();
  });

  it('within the creation leaves nothing behind', async () => {
    const release = hold('holdCreation');
    queue().add([file('a.mp4', 100_000)]);
    await soon(() => expect(server.asked).toContain('POST /api/v1/uploads'));
    queue().remove(id(0));
    release();
    await soon(() => expect(server.asked.some((line) => line.startsWith('DELETE'))).toBe(true));
    await soon(() => expect(server.uploads.size).toBe(0));
    expect(patches()).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  it('deletes the video when all was there already', async () => {
    server.look = { status: 'validating' };
    queue().add([file('a.mp4', 500)]);
    const row = await until(0, 'looking');
    queue().remove(row.id);
    await soon(() => expect(server.removedVideos).toHaveLength(1));
  });

  it('of what is ready only takes it off the list', async () => {
    queue().add([file('a.mp4', 500)]);
    queue().remove((await until(0, 'ready')).id);
    expect(queue().snapshot()).toEqual([]);
    expect(server.removedVideos).toEqual([]);
    expect(server.uploads.size).toBe(1);
  });
});
