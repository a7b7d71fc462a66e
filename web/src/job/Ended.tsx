// SPDX-License-Identifier: Apache-2.0
import { api, links } from '../api/client';
import type { Job, JobStatus } from '../api/types';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';
import { Button } from '../ui/Button';
import { Notice, ProblemNotice } from '../ui/Notice';
import { isGone, type VideoState } from '../video/use_video';
import { useStart } from '../work/use_start';

/** A job that came to nothing: why, and where to go from here. */
export function Ended({ job, status, video }: { job: Job; status: JobStatus; video: VideoState }) {
  const t = useTexts();
  const failed = status.status === 'failed';
  return (
    <Centered>
      {video.state === 'open' && (
        <img src={links.poster(video.open.video.videoId)} alt="" className="max-h-[34vh] self-start rounded border border-line" />
      )}
      <h1 className="text-number font-semibold">{failed ? t.work.failed : t.work.stageNames.cancelled}</h1>
      {failed ? (
        <>
          <Notice wrong>
            <p>{(status.errorCode && t.problems[status.errorCode]) ?? status.errorMessage}</p>
            <p className="select-all text-small text-soft">{status.errorCode} · {status.jobId}</p>
          </Notice>
          <p>{t.work.failedFree}</p>
        </>
      ) : (
        <p>{t.work.cancelled}</p>
      )}
      {failed && status.errorCode === 'internal' && video.state === 'open' && <Again job={job} />}
      <Link href={isGone(video) ? '/' : `/videos/${status.videoId}`}
        className="flex min-h-11 items-center self-start rounded bg-accent px-4 font-semibold text-on-accent">
        {isGone(video) ? t.upload.another : t.work.changePoints}
      </Link>
    </Centered>
  );
}

/** The same once more: what failed was ours. */
function Again({ job: { videoId, request } }: { job: Job }) {
  const t = useTexts();
  const { busy, problem, start } = useStart();
  if (!request) return null;
  const { corrects, ...asked } = request;
  const { points, boxes } = asked;
  return (
    <>
      {problem && <ProblemNotice error={problem} />}
      <Button disabled={busy} className="self-start"
        onClick={() => void start(() => (corrects ? api.correct(corrects, { points, boxes }) : api.segment({ ...asked, videoId })))}>
        {t.again}
      </Button>
    </>
  );
}
