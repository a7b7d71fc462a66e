// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { en } from '../text/en';
import { expiryText } from './Expiry';
import { jobsAreWhole, nothingYet, resultsOf, without, withJobs, withNews, withoutVideo, withVideos } from './history';
import { jobOf, videoOf } from './stand_in';

describe('history', () => {
  it('keeps the newest first, and a thing that comes twice once', () => {
    const old = videoOf('old', { uploadedAt: '2026-03-01T00:00:00.000Z' });
    const late = videoOf('late', { uploadedAt: '2026-03-02T00:00:00.000Z' });

    const { videos } = withVideos(withVideos(nothingYet, [old]), [late, { ...old, state: 'refused' }]);

    expect(videos.map((video) => [video.videoId, video.state])).toEqual([['late', 'ready'], ['old', 'refused']]);
  });

  it('lets no late answer turn a job back or bring a deleted video again', () => {
    const now = withJobs(withVideos(nothingYet, [videoOf('v')]), [jobOf('j', 'v', { rev: 7, progress: 60 })]);

    expect(withJobs(now, [jobOf('j', 'v', { rev: 5, progress: 20 })]).jobs[0]?.progress).toBe(60);
    expect(withNews(now, jobOf('j', 'v', { rev: 6, progress: 30 })).jobs[0]?.progress).toBe(60);
    expect(withNews(now, jobOf('j', 'v', { rev: 8, progress: 80 })).jobs[0]?.progress).toBe(80);
    const removed = withJobs(withVideos(without(now, 'v'), [videoOf('v')]), [jobOf('j', 'v')]);
    expect([removed.videos, removed.jobs]).toEqual([[], []]);
  });

  it('has the jobs of the listed videos once one came that is older than all of them', () => {
    const listed = { ...withVideos(nothingYet, [videoOf('v', { uploadedAt: '2026-03-02T00:00:00.000Z' })]), nextVideos: 'v' };
    const page = (createdAt: string) => ({ ...withJobs(listed, [jobOf('j', 'v', { createdAt })]), nextJobs: 'j' });

    expect(jobsAreWhole(listed)).toBe(false);
    expect(jobsAreWhole(page('2026-03-03T00:00:00.000Z'))).toBe(false);
    expect(jobsAreWhole(page('2026-03-01T00:00:00.000Z'))).toBe(true);
    expect(jobsAreWhole({ ...listed, nextJobs: null })).toBe(true);
  });

  it('shows results, not the look at an upload; and those without a video only when all videos are known', () => {
    const all = withJobs(withVideos(nothingYet, [videoOf('v')]), [
      jobOf('result', 'v'), jobOf('look', 'v', { kind: 'ingest' }), jobOf('orphan', 'gone'),
    ]);

    expect(resultsOf(all, 'v').map((job) => job.jobId)).toEqual(['result']);
    expect(withoutVideo({ ...all, nextVideos: 'v', nextJobs: null })).toEqual([]);
    expect(withoutVideo({ ...all, nextVideos: null, nextJobs: null }).map((job) => job.jobId)).toEqual(['orphan']);
  });
});

describe('expiryText', () => {
  const at = (left: number) => expiryText(new Date(left).toISOString(), 0, en);

  it('counts in hours and minutes, and is honest about the last one', () => {
    expect(at(86_280_000)).toBe('gone in 23 h 58 min');
    expect(at(60_000)).toBe('gone in 1 min');
    expect(at(59_999)).toBe('gone in less than a minute');
    expect(at(0)).toBe('being deleted');
    expect(expiryText(null, 0, en)).toBe('kept until you delete it');
  });
});
