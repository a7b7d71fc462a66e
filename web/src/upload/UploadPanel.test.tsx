// SPDX-License-Identifier: Apache-2.0
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account, Config, Video } from '../api/types';
import { endUploads, Uploads } from '.';
import { file, hold, reloadedAfter, server } from './queue_fixture';

// Node would take the client for Node; jsdom has what the one for browsers needs.
vi.mock('tus-js-client', async () => {
  const path = 'tus-js-client/lib.es5/browser/index.js';
  return (await import(/* @vite-ignore */ path)) as object;
});

const account: Account = {
  userId: 'me', isVerified: true, tierType: 'free', monthlyQuota: 1, monthlyLimit: 5, quotaResetDate: '2026-12-01T00:00:00Z',
  storedBytes: 0, createdAt: '2026-01-01T00:00:00Z',
};
const config = { formats: ['mp4', 'mkv'], tiers: { free: { maxFileBytes: 500_000 } } } as Config;
const onReady = vi.fn<(video: Video) => void>();

const show = (more: { account?: Partial<Account> } = {}) =>
  render(
    <Uploads account={{ ...account, ...more.account }} config={config} onReady={onReady} />,
  );
const drop = (...files: File[]) => fireEvent.drop(document.body, { dataTransfer: { types: ['Files'], files } });
/** What is dragged leaves the body for another element, or the page. */
const leaveFor = (relatedTarget: Element | null) => {
  const event = new MouseEvent('dragleave', { bubbles: true, relatedTarget });
  fireEvent(document.body, Object.assign(event, { dataTransfer: { types: ['Files'] } }));
};
const button = (name: RegExp) => screen.findByRole('button', { name });
const rowOf = async (name: string) => within((await screen.findByRole('heading', { name, level: 2 })).closest('li')!);

beforeEach(() => onReady.mockReset());

afterEach(() => {
  cleanup();
  endUploads();
});

describe('The start', () => {
  it('says one sentence, and offers the sample', () => {
    show();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Drop a video. Tap what must not be seen.');
    expect(screen.getByRole('button', { name: /sample/ })).toBeTruthy();
  });

  it('says when the month is used up, and from when there are new ones', () => {
    show({ account: { monthlyQuota: 5 } });
    expect(screen.getByRole('alert').textContent).toMatch(/used up.*New ones from .*2026/);
  });

  it('asks for files, several at once', () => {
    const { container } = show();
    const input = container.querySelector('input')!;
    expect(input.multiple).toBe(true);
    expect(input.accept).toBe('video/*,.mp4,.mkv');
  });
});

describe('Dropping', () => {
  it('works anywhere on the page, and shows that it does', () => {
    show();
    const dataTransfer = { types: ['Files'], files: [] };
    fireEvent.dragEnter(document.body, { dataTransfer });
    expect(screen.getByText('Let go, and it is uploaded.')).toBeTruthy();
    leaveFor(screen.getByRole('heading'));
    expect(screen.getByText('Let go, and it is uploaded.')).toBeTruthy();
    leaveFor(null);
    expect(screen.queryByText('Let go, and it is uploaded.')).toBeNull();
  });

  it('keeps the browser from opening the file, and leaves dragged text alone', () => {
    show();
    expect(drop()).toBe(false); // Its default was prevented.
    expect(fireEvent.drop(document.body, { dataTransfer: { types: ['text/plain'], files: [] } })).toBe(true);
    expect(fireEvent.dragOver(document.body, { dataTransfer: { types: ['text/plain'] } })).toBe(true);
  });
});

describe('Uploads', () => {
  it('open the only video by themselves', async () => {
    show();
    drop(file('a.mp4', 100_000));
    await waitFor(() => expect(onReady).toHaveBeenCalledOnce());
    expect(onReady.mock.calls[0]?.[0]).toMatchObject({ state: 'ready' });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/^Drop a video/);
  });

  it('let the user choose among several', async () => {
    show();
    drop(file('a.mp4', 100), file('b.mp4', 100));
    await userEvent.click(await (await rowOf('b.mp4')).findByRole('button', { name: 'Open: b.mp4' }));
    expect(onReady).toHaveBeenCalledOnce();
    expect(screen.queryByRole('heading', { name: 'b.mp4' })).toBeNull();
    expect(screen.getByRole('heading', { name: 'a.mp4' })).toBeTruthy();
  });

  it('go on while the page shows something else, and then wait to be opened', async () => {
    const release = hold('hold');
    const { unmount } = show();
    drop(file('a.mp4', 100_000));
    await button(/^Pause/);
    unmount();
    release();
    await waitFor(() => expect(server.asked.some((line) => line.startsWith('GET /api/v1/videos/'))).toBe(true));
    show();
    await button(/^Open/);
    expect(onReady).not.toHaveBeenCalled();
  });

  it('say how far they are to those who do not see it', async () => {
    hold('hold');
    show();
    drop(file('a.mp4', 131_072));
    const bar = await screen.findByRole('progressbar', { name: 'a.mp4' });
    await waitFor(() => expect(bar.getAttribute('aria-valuenow')).toBe('50'));
    expect(bar.getAttribute('aria-valuetext')).toBe('65.5 kB of 131 kB');
    expect(screen.getByText('a.mp4: It is being uploaded').closest('[aria-live=polite]')).toBeTruthy();
  });

  it('keep the focus on the button that pauses and goes on', async () => {
    hold('hold');
    show();
    drop(file('a.mp4', 100_000));
    const pause = await button(/^Pause/);
    await userEvent.click(pause);
    expect(pause.textContent).toBe('Go on');
    expect(document.activeElement).toBe(pause);
    await userEvent.keyboard('{Enter}');
    expect(pause.textContent).toBe('Pause');
  });

  it('that are given up leave the start, with the focus on its sentence', async () => {
    hold('hold');
    show();
    drop(file('a.mp4', 100_000));
    await userEvent.click(await button(/^Give up/));
    const heading = screen.getByRole('heading', { level: 1 });
    expect(heading.textContent).toMatch(/^Drop a video/);
    expect(document.activeElement).toBe(heading);
  });

  it('that are refused say why, and what to do', async () => {
    server.refusals.set('POST', [[403, 'storage_quota_exceeded']]);
    show();
    drop(file('empty.mp4', 0), file('large.mp4', 500_001), file('a.mp4', 100));
    expect((await rowOf('empty.mp4')).getByRole('alert').textContent).toBe('The file is empty.');
    expect((await rowOf('large.mp4')).getByRole('alert').textContent).toBe('The file is larger than 500 kB. Cut or compress it.');
    const row = await rowOf('a.mp4');
    expect((await row.findByRole('alert')).textContent).toBe('The server says storage_quota_exceeded.storage_quota_exceeded');
    await userEvent.click(row.getByRole('button', { name: 'Try again: a.mp4' }));
    await row.findByRole('button', { name: 'Open: a.mp4' });
  });

  it('after a reload ask for the file, and notice another one', async () => {
    await reloadedAfter(150_000, file('a.mp4', 300_000, 7));
    const { container } = show();
    await screen.findByText('150 kB of 300 kB');
    expect(screen.getByText('Choose a.mp4 once more: it goes on where it stopped.')).toBeTruthy();
    const input = container.querySelector('li input')!;
    await userEvent.upload(input as HTMLInputElement, file('a.mp4', 300_000, 8));
    expect(screen.getByRole('alert').textContent).toMatch(/^That is another file/);
    await userEvent.upload(input as HTMLInputElement, file('a.mp4', 300_000, 7));
    await waitFor(() => expect(onReady).toHaveBeenCalledOnce());
  });
});
