// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { JobStatus } from '../api/types';
import { sessionEnded, useSession } from '../app/session';
import {
  isMoving, jobsAreWhole, latestRev, nothingYet, runs, without, withJobs, withNews, withVideos, type History,
} from './history';
import { followJobs } from './job_news';
import { useAsking } from './use_asking';

const MOST_JOB_PAGES = 10; // At a time; `more` goes on from there.

export interface OpenHistory {
  history: History;
  /** Nothing has come yet. */
  isNew: boolean;
  hasMore: boolean;
  busy: boolean;
  error: ApiError | undefined;
  more: () => void;
  remove: (videoId: string) => void;
}

/** The account's videos and jobs, kept as they are on the server while something runs. */
export function useHistory(): OpenHistory {
  const [history, setHistory] = useState(nothingYet);
  const latest = useRef(history); // What an answer is added to: later than what is drawn.
  const update = useCallback((change: (now: History) => History) => {
    latest.current = change(latest.current);
    setHistory(latest.current);
  }, []);
  const { busy, error, ask } = useAsking();

  /** One page more of videos, and of jobs as many as belong to them. */
  const more = useCallback(() => {
    const load = async () => {
      const { nextVideos } = latest.current;
      if (nextVideos !== null && (nextVideos === undefined || jobsAreWhole(latest.current))) {
        const { videos, next } = await api.videos(nextVideos);
        update((now) => ({ ...withVideos(now, videos), nextVideos: next }));
      }
      for (let page = 0; page < MOST_JOB_PAGES && !jobsAreWhole(latest.current); page++) {
        const { jobs, next } = await api.jobs(latest.current.nextJobs ?? undefined);
        update((now) => ({ ...withJobs(now, jobs), nextJobs: next }));
      }
    };
    void ask(load);
  }, [ask, update]);

  const signedIn = useSession().state === 'signedIn';
  const isNew = history.nextVideos === undefined;
  useEffect(() => {
    if (signedIn && isNew) more(); // Also after signing in again, where the session ended before anything came.
  }, [signedIn, isNew, more]);

  const follows = signedIn && isMoving(history);
  useEffect(() => {
    if (!follows) return;
    const quietly = async (change: () => Promise<(now: History) => History>) => {
      try {
        update(await change()); // Also when what ended was the last that ran, and nothing is followed any more.
      } catch (caught) {
        if (apiErrorOf(caught).code === 'unauthenticated') sessionEnded(); // Anything else: the next look may do.
      }
    };
    const look = () =>
      void quietly(async () => {
        const [videos, jobs] = await Promise.all([api.videos(), api.jobs()]);
        return (now) => withJobs(withVideos(now, videos.videos), jobs.jobs);
      });
    const hear = (news: JobStatus) => {
      const isKnown = latest.current.jobs.some((job) => job.jobId === news.jobId);
      update((now) => withNews(now, news));
      if (news.kind === 'preview' || (isKnown && runs(news))) return;
      // Begun elsewhere, or ended: there is more to be said of it than the news have.
      void quietly(async () => {
        const [job, video] = await Promise.all([api.job(news.jobId), api.video(news.videoId)]);
        return (now) => withJobs(withVideos(now, [video]), [job]);
      });
    };
    return followJobs(latestRev(latest.current), { onJob: hear, onLook: look });
  }, [follows, update]);

  return {
    history,
    isNew,
    hasMore: history.nextVideos !== null || !jobsAreWhole(history),
    busy,
    error,
    more,
    remove: useCallback((videoId: string) => update((now) => without(now, videoId)), [update]),
  };
}
