// SPDX-License-Identifier: Apache-2.0
import { jobOf, problem, server, videoOf } from './stand_in';
import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSession } from '../app/session';
import type { Job, JobStatus, Video } from '../api/types';
import { HistoryPage } from './HistoryPage';

/** The stream of events of a test. */
class Stream extends EventTarget {
  static last: Stream | undefined;
  readyState = 1;
  closed = false;

  constructor(readonly url: string) {
    super();
    Stream.last = this;
  }
  close() {
    this.closed = true;
  }
  tell(job: Partial<JobStatus>) {
    act(() => void this.dispatchEvent(new MessageEvent('job', { data: JSON.stringify(job) })));
  }
}

function has(videos: Video[], jobs: Job[] = []) {
  server.on('get /videos', [200, { videos, next: null }]);
  server.on('get /jobs', [200, { jobs, next: null }]);
}
async function open() {
  await loadSession();
  const user = userEvent.setup();
  render(<HistoryPage />);
  return user;
}
const rowOf = (name: string) => screen.getByRole('heading', { name }).closest('li') as HTMLElement;

beforeEach(() => {
  server.reset();
  Stream.last = undefined;
  vi.stubGlobal('EventSource', Stream);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('HistoryPage', () => {
  it('shows each video with what was made of it, and leads to both', async () => {
    has([videoOf('street'), videoOf('park')], [jobOf('j1', 'street', { outputBytes: 4_100_000 })]);
    await open();

    const street = await screen.findByRole('link', { name: 'street.mp4' });
    expect(street.getAttribute('href')).toBe('/videos/street');
    const result = within(rowOf('street.mp4')).getByRole('link', { name: /Hide it · Secure/ });
    expect(result.getAttribute('href')).toBe('/jobs/j1');
    expect(result.textContent).toContain('Done · 4.1 MB');
    expect(within(rowOf('park.mp4')).queryByRole('list')).toBeNull();
    expect(Stream.last).toBeUndefined(); // Nothing runs, so nothing is listened to.
  });

  it('says so when there is nothing yet', async () => {
    has([]);
    await open();

    expect(await screen.findByText(/No videos yet/)).toBeTruthy();
  });

  it('says why a video was not taken, and leads nowhere from it', async () => {
    has([videoOf('cut', { state: 'refused', errorCode: 'unsupported_media', errorMessage: 'It is broken.' })]);
    await open();

    expect(await screen.findByText(/no video that we can read/)).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'cut.mp4' })).toBeNull();
  });

  it('deletes one after a second step, says so and goes on at the next', async () => {
    has([videoOf('street'), videoOf('park')]);
    server.on('delete /video/street', [200, { success: true }]);
    const user = await open();

    await user.click(await screen.findByRole('button', { name: 'Delete street.mp4' }));
    expect(server.bodies('delete /video/street')).toHaveLength(0);
    await user.click(screen.getByRole('button', { name: 'Delete it' }));

    expect(await screen.findByText('street.mp4 is deleted.')).toBeTruthy();
    expect(screen.queryByRole('heading', { name: 'street.mp4' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('link', { name: 'park.mp4' }));
  });

  it('keeps the video and says why when it could not be deleted', async () => {
    has([videoOf('street')]);
    server.on('delete /video/street', problem(503, 'unavailable'));
    const user = await open();

    await user.click(await screen.findByRole('button', { name: 'Delete street.mp4' }));
    await user.click(screen.getByRole('button', { name: 'Delete it' }));

    expect((await screen.findByRole('alert')).textContent).toContain('unavailable');
    expect(rowOf('street.mp4')).toBeTruthy();
  });

  it('brings more, with the jobs that belong to it, and goes on there', async () => {
    const late = videoOf('late', { uploadedAt: '2026-03-05T00:00:00.000Z' });
    const old = videoOf('old', { uploadedAt: '2026-03-01T00:00:00.000Z' });
    server.on('get /videos', ({ params }) =>
      params.before === 'late' ? [200, { videos: [old], next: null }] : [200, { videos: [late], next: 'late' }],
    );
    server.on('get /jobs', ({ params }) =>
      params.before === 'j2'
        ? [200, { jobs: [jobOf('j1', 'old', { createdAt: '2026-03-01T01:00:00.000Z' })], next: null }]
        : [200, { jobs: [jobOf('j2', 'old', { createdAt: '2026-03-04T00:00:00.000Z' })], next: 'j2' }],
    );
    const user = await open();

    await user.click(await screen.findByRole('button', { name: 'More' }));

    expect(document.activeElement).toBe(await screen.findByRole('link', { name: 'old.mp4' }));
    expect(within(rowOf('old.mp4')).getAllByRole('link', { name: /Hide it/ })).toHaveLength(2);
    expect(screen.queryByRole('button', { name: 'More' })).toBeNull();
    expect(screen.getByText('2 videos are listed.')).toBeTruthy();
  });

  it('can be asked again when the list does not come', async () => {
    server.on('get /videos', problem(503, 'unavailable'));
    const user = await open();

    const again = await screen.findByRole('button', { name: 'Try again' });
    has([videoOf('street')]);
    await user.click(again);

    expect(await screen.findByRole('link', { name: 'street.mp4' })).toBeTruthy();
  });

  it('follows what runs, from where the list stood, until nothing does', async () => {
    has([videoOf('street')], [jobOf('j1', 'street', { status: 'tracking', progress: 10, rev: 20 })]);
    await open();
    await screen.findByText(/Following it from frame to frame · 10 %/);
    const stream = Stream.last;
    expect(stream?.url).toBe('/api/v1/events?since=20');

    stream?.tell({ jobId: 'j1', videoId: 'street', kind: 'mask', status: 'encoding', progress: 90, attempt: 1, rev: 21 });
    expect(screen.getByText(/Writing the video and checking it · 90 %/)).toBeTruthy();
    server.on('get /jobs/j1', [200, jobOf('j1', 'street', { rev: 22, outputBytes: 1000 })]);
    server.on('get /videos/street', [200, videoOf('street')]);
    stream?.tell({ jobId: 'j1', videoId: 'street', kind: 'mask', status: 'complete', progress: 100, attempt: 1, rev: 22 });

    expect(await screen.findByText(/Done · 1 kB/)).toBeTruthy();
    await waitFor(() => expect(stream?.closed).toBe(true));
  });

  it('counts down with one timer for all, which ends with the page', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-03T07:58:30.000Z'), shouldAdvanceTime: true });
    has([videoOf('street'), videoOf('park')]);
    const timers = vi.spyOn(globalThis, 'setInterval');
    await loadSession();
    const page = render(<HistoryPage />);
    await screen.findByRole('link', { name: 'street.mp4' });
    expect(screen.getAllByText('gone in 1 min')).toHaveLength(2);

    act(() => void vi.advanceTimersByTime(31_000));
    expect(screen.getAllByText('gone in less than a minute')).toHaveLength(2);
    act(() => void vi.advanceTimersByTime(60_000));
    expect(screen.getAllByText('being deleted')).toHaveLength(2);

    expect(timers.mock.calls.filter(([, every]) => every === 1000)).toHaveLength(1);
    page.unmount();
    expect(vi.getTimerCount()).toBe(0);
  });
});
