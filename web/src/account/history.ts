// SPDX-License-Identifier: Apache-2.0
import type { Job, JobStatus, Video } from '../api/types';

/** What is known of somebody's videos and of what was made of them; both the newest first. */
export interface History {
  videos: Video[];
  jobs: Job[];
  /** Where the next page of videos begins; null: that was all; undefined: none was asked for. */
  nextVideos: string | null | undefined;
  nextJobs: string | null | undefined;
  /** Videos that were deleted here: an answer that was on its way does not bring them back. */
  removed: readonly string[];
}

export const nothingYet: History = { videos: [], jobs: [], nextVideos: undefined, nextJobs: undefined, removed: [] };

/** What was there stays, what comes takes its place by its id: pages overlap when something is added meanwhile. */
function joined<Thing>(there: Thing[], coming: Thing[], id: (thing: Thing) => string, at: (thing: Thing) => string) {
  const byId = new Map(there.map((thing) => [id(thing), thing]));
  for (const thing of coming) byId.set(id(thing), thing);
  return [...byId.values()].sort((a, b) => (at(a) < at(b) ? 1 : at(a) > at(b) ? -1 : id(a) < id(b) ? 1 : -1));
}

export const withVideos = (history: History, videos: Video[]): History => ({
  ...history,
  videos: joined(history.videos, videos.filter((video) => !history.removed.includes(video.videoId)), (video) => video.videoId, (video) => video.uploadedAt),
});

export function withJobs(history: History, jobs: Job[]): History {
  const known = new Map(history.jobs.map((job) => [job.jobId, job.rev]));
  const later = jobs.filter((job) => job.rev >= (known.get(job.jobId) ?? 0) && !history.removed.includes(job.videoId));
  return { ...history, jobs: joined(history.jobs, later, (job) => job.jobId, (job) => job.createdAt) };
}

export const without = (history: History, videoId: string): History => ({
  ...history,
  videos: history.videos.filter((video) => video.videoId !== videoId),
  jobs: history.jobs.filter((job) => job.videoId !== videoId),
  removed: [...history.removed, videoId],
});

/** A later state of a job that is known; an earlier one, or that of a job which is not, changes nothing. */
export function withNews(history: History, news: JobStatus): History {
  const { status, progress, attempt, rev, startedAt, completedAt, errorCode, errorMessage } = news;
  const said = {
    status, progress, attempt, rev,
    ...(startedAt !== undefined && { startedAt }),
    ...(completedAt !== undefined && { completedAt }),
    ...(errorCode !== undefined && { errorCode }),
    ...(errorMessage !== undefined && { errorMessage }),
  };
  return {
    ...history,
    jobs: history.jobs.map((job) => (job.jobId === news.jobId && job.rev < rev ? { ...job, ...said } : job)),
  };
}

/** Jobs come on pages of their own: whether those of every video that is listed have come. */
export function jobsAreWhole(history: History): boolean {
  if (history.nextJobs === null) return true;
  const oldestVideo = history.videos.at(-1);
  const oldestJob = history.jobs.at(-1);
  if (history.nextJobs === undefined) return false;
  return !oldestVideo || (oldestJob !== undefined && oldestJob.createdAt < oldestVideo.uploadedAt);
}

/** What was made of a video; looking at it is no result. */
export const resultsOf = (history: History, videoId: string): Job[] =>
  history.jobs.filter((job) => job.videoId === videoId && job.kind === 'mask');

/** Results of videos that are no more: told only when all videos have come, since before it could be a later page's. */
export function withoutVideo(history: History): Job[] {
  if (history.nextVideos !== null || history.nextJobs !== null) return [];
  const there = new Set(history.videos.map((video) => video.videoId));
  return history.jobs.filter((job) => job.kind === 'mask' && !there.has(job.videoId));
}

export const runs = (job: Pick<Job, 'status'>): boolean =>
  job.status !== 'complete' && job.status !== 'failed' && job.status !== 'cancelled';

/** Something of it changes by itself. */
export const isMoving = (history: History): boolean =>
  history.jobs.some(runs) || history.videos.some((video) => video.state === 'ingesting');

export const latestRev = (history: History): number => Math.max(0, ...history.jobs.map((job) => job.rev));
