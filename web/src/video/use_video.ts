// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { ApiError, apiErrorOf, isAborted } from '../api/problem';
import type { Video } from '../api/types';
import { sessionEnded } from '../app/session';
import { FrameTimes } from '../frame/frame_times';
import type { Size } from '../geometry/pixels';

export interface OpenVideo {
  readonly video: Video;
  readonly frame: Size; // Of the shown frame.
  readonly times: FrameTimes;
}
export type VideoState = { state: 'loading' } | { state: 'open'; open: OpenVideo } | { state: 'failed'; error: ApiError };

/** It was deleted or has expired. */
export const isGone = (video: VideoState): boolean =>
  video.state === 'failed' && (video.error.status === 404 || video.error.status === 410);

async function load(videoId: string, signal: AbortSignal): Promise<OpenVideo> {
  const asked = timesOf(videoId, signal); // Together with the video: that is a round trip less.
  asked.catch(() => undefined); // What is wrong with the video is said first.
  const video = await api.video(videoId, signal);
  if (video.state === 'refused') {
    throw new ApiError(video.errorCode ?? 'unsupported_media', video.errorMessage ?? '', undefined, undefined);
  }
  const { resolution, frames, frameRate } = video;
  if (!resolution || !frames || !frameRate) throw new ApiError('video_not_ready', '', undefined, undefined);
  return { video, frame: resolution, times: (await asked) ?? FrameTimes.even(frames, frameRate) };
}

/** Nothing of a video that was looked at by an earlier version. */
async function timesOf(videoId: string, signal: AbortSignal): Promise<FrameTimes | undefined> {
  try {
    const { timescale, runs } = await api.frameTimes(videoId, signal);
    return new FrameTimes(timescale, runs);
  } catch (error) {
    if (!isAborted(error) && apiErrorOf(error).status === 404) return undefined;
    throw error;
  }
}

export function useVideo(videoId: string, again = 0): VideoState {
  const [state, setState] = useState<VideoState>({ state: 'loading' });
  useEffect(() => {
    const stop = new AbortController();
    setState({ state: 'loading' });
    load(videoId, stop.signal)
      .then((open) => setState({ state: 'open', open }))
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = apiErrorOf(error);
        if (problem.status === 401) sessionEnded();
        setState({ state: 'failed', error: problem });
      });
    return () => stop.abort();
  }, [videoId, again]);
  return state;
}
