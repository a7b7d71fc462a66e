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

interface Props {
  job: Job;
  video: Video;
  spans: readonly ReviewSpan[];
  here: ReviewSpan | undefined;
  unplayable: boolean;
  problem: ApiError | undefined;
  canCorrect: boolean;
  busy: boolean;
  onCorrect: () => void;
  onPlace: (direction: 1 | -1) => void;
}

/** What to look at, and then one big button. */
export function Take({ job, video, spans, here, unplayable, problem, canCorrect, busy, onCorrect, onPlace }: Props) {
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
      {here && <Notice>{spanText(here, t)}</Notice>}
      {unplayable && <Notice wrong>{t.stage.cannotPlay}</Notice>}
      {problem && <ProblemNotice error={problem} />}
      {canCorrect && (
        <div className="flex flex-col gap-2">
          <p className="text-small text-soft">{t.work.correcting}</p>
          <Button disabled={busy} onClick={onCorrect}>{t.work.correct}</Button>
        </div>
      )}
      <div className="mt-auto flex flex-col gap-2 border-t border-line pt-4">
        <a href={links.download(job.jobId)} download
          className="flex min-h-14 items-center justify-center rounded bg-accent px-4 text-center font-semibold text-on-accent">
          {t.work.download(bytesText(job.outputBytes ?? 0))}
        </a>
        <p className="text-small text-soft">
          {video.expiresAt ? t.work.goneIn(leftText(Date.parse(video.expiresAt) - now, t)) : t.work.keptUntilDeleted}
        </p>
        <div className="flex gap-4 text-small">
          <a href={`/api/v1/jobs/${job.jobId}/report`} download={`${job.jobId}.json`}
            className="text-accent-text underline underline-offset-4">{t.work.report}</a>
          <Link href={`/videos/${job.videoId}`} className="text-accent-text underline underline-offset-4">{t.work.changePoints}</Link>
        </div>
      </div>
    </div>
  );
}

function spanText(span: ReviewSpan, t: Texts): string {
  const frames = span.lastFrame - span.firstFrame + 1;
  if (span.about === 'fill') return t.work.spanFill(frames);
  const isLost = span.state === 'lost' || span.state === 'held';
  return (isLost ? t.work.spanLost : t.work.spanUnsure)(span.object ?? 1, frames);
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
