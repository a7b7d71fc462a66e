// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { followJob } from '../api/follow_job';
import { ApiError, apiErrorOf, isAborted } from '../api/problem';
import type { Preview, PreviewRequest } from '../api/types';
import { sessionEnded } from '../app/session';
import { MaskDecoder } from '../mask/mask_decoder';
import type { ShownMask } from '../mask/shown_mask';
import { objectsOf, pointsIn, type Taps } from './taps';

export type PreviewState =
  | { state: 'thinking' }
  | { state: 'found'; mask: ShownMask; confidence: number }
  | { state: 'nothing' }
  | { state: 'failed'; error: ApiError };

const keyOf = (taps: Taps, frame: number, object: number): string =>
  JSON.stringify([frame, object, pointsIn(taps, frame, object).map((p) => [p.at.x, p.at.y, p.isObject])]);

async function answerTo(request: PreviewRequest, signal: AbortSignal): Promise<Preview | undefined> {
  const answer = await api.preview(request, signal);
  if ('candidates' in answer) return answer;
  const job = await followJob(answer.jobId, { onChange: () => undefined }, signal);
  if (job.status === 'failed' && job.errorCode !== 'no_object') {
    throw new ApiError(job.errorCode ?? 'internal', job.errorMessage ?? '', undefined, undefined);
  }
  return job.preview;
}

/** The masks of what was tapped in `frame`, each object's asked for when its points change. */
export function usePreviews(videoId: string, taps: Taps, frame: number): ReadonlyMap<number, PreviewState> {
  const [known, setKnown] = useState<ReadonlyMap<string, PreviewState>>(new Map());
  const running = useRef(new Map<number, { key: string; stop: AbortController }>());
  const decoder = useRef<MaskDecoder | undefined>(undefined);

  useEffect(() => {
    const all = running.current;
    const masks = new MaskDecoder();
    decoder.current = masks;
    return () => {
      for (const { stop } of all.values()) stop.abort();
      all.clear();
      masks.end();
    };
  }, [videoId]);

  useEffect(() => {
    const set = (key: string, state: PreviewState) => setKnown((before) => new Map(before).set(key, state));
    for (const object of objectsOf(taps)) {
      const points = pointsIn(taps, frame, object);
      const key = keyOf(taps, frame, object);
      const busy = running.current.get(object);
      if (!points.some((point) => point.isObject) || known.has(key) || busy?.key === key) continue;
      busy?.stop.abort();
      const stop = new AbortController();
      running.current.set(object, { key, stop });
      set(key, { state: 'thinking' });
      const request: PreviewRequest = {
        videoId,
        frameNumber: frame,
        points: points.map((p) => ({ x: p.at.x, y: p.at.y, object, label: p.isObject ? 1 : 0 })),
      };
      answerTo(request, stop.signal)
        .then(async (preview) => {
          const first = preview?.candidates[0];
          const [mask] = first ? ((await decoder.current?.decode([{ object, rle: first.rle }])) ?? []) : [];
          set(key, mask && first ? { state: 'found', mask, confidence: first.confidence } : { state: 'nothing' });
        })
        .catch((error: unknown) => {
          if (isAborted(error) || stop.signal.aborted) {
            setKnown((before) => {
              const left = new Map(before);
              left.delete(key);
              return left;
            });
            return;
          }
          const problem = apiErrorOf(error);
          if (problem.status === 401) sessionEnded();
          set(key, { state: 'failed', error: problem });
        })
        .finally(() => {
          if (running.current.get(object)?.key === key) running.current.delete(object);
        });
    }
  }, [videoId, taps, frame, known]);

  const here = new Map<number, PreviewState>();
  for (const object of objectsOf(taps)) {
    const state = known.get(keyOf(taps, frame, object));
    if (state && pointsIn(taps, frame, object).length > 0) here.set(object, state);
  }
  return here;
}
