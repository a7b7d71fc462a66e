// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { links } from '../api/client';
import type { ApiError } from '../api/problem';
import type { Job, ReviewSpan, Video } from '../api/types';
import { Link } from '../app/Link';
import { useTexts, type Texts } from '../text';
import { bytesText, leftText } from '../text/format';
import { Button } from '../ui/Button';
import { Notice, ProblemNotice } from '../ui/Notice';
import { Report } from './Report';
import { drawnIn } from './report';

interface Props {
  job: Job;
  video: Video;
  spans: readonly ReviewSpan[];
  here: ReviewSpan | undefined;
  /** What came out; the video's copy is then on the stage. */
  cannotShow: boolean;
  /** The video's copy. */
  unplayable: boolean;
  problem: ApiError | undefined;
  canCorrect: boolean;
  busy: boolean;
  onCorrect: () => void;
  onPlace: (direction: 1 | -1) => void;
}

/** What to look at, and then one big button. */
export function Take({ job, video, spans, here, cannotShow, unplayable, problem, canCorrect, busy, onCorrect, onPlace }: Props) {
  const t = useTexts();
  const now = useMinute();
  return (
    <div className="flex flex-col gap-4">
      <h1 className="font-semibold">{t.work.done}</h1>
      <p>{spans.length === 0 ? t.work.nothingToReview : t.work.toReview(spans.length)}</p>
      {spans.length > 0 && (
        <div className="flex gap-2">
          <Button onClick={() => onPlace(-1)} className="flex-1">{t.work.previous}</Button>
          <Button onClick={() => onPlace(1)} className="flex-1">{t.work.next}</Button>
        </div>
      )}
      {here && <Notice>{spanText(here, job, t)}</Notice>}
      {cannotShow && <Notice>{t.work.cannotShow}</Notice>}
      {unplayable && <Notice wrong>{t.stage.cannotPlay}</Notice>}
      {problem && <ProblemNotice error={problem} />}
      {canCorrect && (
        <div className="flex flex-col gap-2">
          <p className="text-small text-soft">{t.work.correcting}</p>
          <Button disabled={busy} onClick={onCorrect}>{t.work.correct}</Button>
        </div>
      )}
      <Report job={job} video={video} />
      <div className="sticky -bottom-4 -mx-4 -mb-4 mt-auto flex flex-col gap-2 border-t border-line bg-paper p-4">
        <a href={links.download(job.jobId)} download
          className="flex min-h-14 items-center justify-center rounded bg-accent px-4 text-center font-semibold text-on-accent">
          {t.work.download(bytesText(job.outputBytes ?? 0))}
        </a>
        <p className="text-small text-soft">
          {video.expiresAt ? t.work.goneIn(leftText(Date.parse(video.expiresAt) - now, t)) : t.work.keptUntilDeleted}
        </p>
        <Link href={`/videos/${job.videoId}`} className="self-start text-small text-accent-text underline underline-offset-4">{t.work.changePoints}</Link>
      </div>
    </div>
  );
}

/** What we know, what was drawn because of it, and what to do. */
function spanText(span: ReviewSpan, { mode, request }: Job, t: Texts): string {
  const frames = span.lastFrame - span.firstFrame + 1;
  const { about, object = 1, state = 'lost' } = span;
  if (about === 'fill') return t.work.spanFill(frames);
  const drawn = mode && request ? t.report.drawn[mode][drawnIn(state, request)] : '';
  if (state === 'tracked' || state === 'given') return `${t.work.spanUnsure(object, frames)} ${drawn} ${t.work.spanLook}`;
  return `${t.report[state](object, frames)} ${drawn} ${state === 'absent' ? t.work.spanAbsent : t.work.spanTap}`;
}

/** The time, as often as the countdown shows another one. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
