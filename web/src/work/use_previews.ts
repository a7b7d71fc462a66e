// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { followJob } from '../api/follow_job';
import { ApiError, apiErrorOf, isAborted } from '../api/problem';
import type { Candidate, CandidateScale, Preview, PreviewRequest } from '../api/types';
import { sessionEnded } from '../app/session';
import { MaskDecoder } from '../mask/mask_decoder';
import type { ShownMask } from '../mask/shown_mask';
import { boxIn, objectsOf, pointsIn, type Taps } from './taps';

export interface Found {
  readonly mask: ShownMask;
  readonly confidence: number;
}
/** The likeliest of each scale that was found; there always is an object. */
export type FoundScales = Partial<Record<CandidateScale, Found>> & { object: Found };
export type PreviewState =
  | { state: 'thinking' }
  | { state: 'found'; found: FoundScales }
  | { state: 'nothing' }
  | { state: 'failed'; error: ApiError };

/**
 * The points as they are asked about; none where a box of the frame holds in their place. What is chosen of the answer is
 * not asked again.
 */
function asked(taps: Taps, frame: number, object: number) {
  const points = boxIn(taps, frame, object) ? [] : pointsIn(taps, frame, object);
  return points.map(({ at, isObject, scale }, i) => ({
    x: at.x, y: at.y, object, label: isObject ? (1 as const) : (0 as const),
    ...(scale && i < points.length - 1 && { scale }),
  }));
}

const keyOf = (taps: Taps, frame: number, object: number): string => JSON.stringify([frame, asked(taps, frame, object)]);

async function answerTo(request: PreviewRequest, signal: AbortSignal): Promise<Preview | undefined> {
  const answer = await api.preview(request, signal);
  if ('candidates' in answer) return answer;
  const job = await followJob(answer.jobId, { onChange: () => undefined }, signal);
  if (job.status === 'failed' && job.errorCode !== 'no_object') {
    throw new ApiError(job.errorCode ?? 'internal', job.errorMessage ?? '', undefined, undefined);
  }
  return job.preview;
}

async function drawable(decoder: MaskDecoder, object: number, candidates: readonly Candidate[]) {
  const found: Partial<Record<CandidateScale, Found>> = {};
  const masks = await Promise.all(candidates.map(({ rle }) => decoder.decode([{ object, rle }])));
  candidates.forEach(({ scale, confidence }, i) => {
    const mask = masks[i]?.[0];
    if (mask) found[scale] ??= { mask, confidence }; // The first is the best.
  });
  return found;
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
      const points = asked(taps, frame, object);
      const key = keyOf(taps, frame, object);
      const busy = running.current.get(object);
      if (!points.some((point) => point.label === 1) || known.has(key) || busy?.key === key) continue;
      busy?.stop.abort();
      const stop = new AbortController();
      running.current.set(object, { key, stop });
      set(key, { state: 'thinking' });
      answerTo({ videoId, frameNumber: frame, points }, stop.signal)
        .then(async (preview) => {
          const found = decoder.current ? await drawable(decoder.current, object, preview?.candidates ?? []) : {};
          const { object: likeliest } = found;
          set(key, likeliest ? { state: 'found', found: { ...found, object: likeliest } } : { state: 'nothing' });
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
    if (state) here.set(object, state);
  }
  return here;
}
