// SPDX-License-Identifier: Apache-2.0
import { links } from '../api/client';
import type { JobStatus } from '../api/types';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';
import { Notice } from '../ui/Notice';
import { isGone, type VideoState } from '../video/use_video';

/** A job that came to nothing: why, and where to go from here. */
export function Ended({ status, video }: { status: JobStatus; video: VideoState }) {
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
      <Link href={isGone(video) ? '/' : `/videos/${status.videoId}`}
        className="flex min-h-11 items-center self-start rounded bg-accent px-4 font-semibold text-on-accent">
        {isGone(video) ? t.upload.another : t.work.changePoints}
      </Link>
    </Centered>
  );
}
