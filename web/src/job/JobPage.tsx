// SPDX-License-Identifier: Apache-2.0
import type { JobStatus } from '../api/types';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';
import { Notice, ProblemNotice } from '../ui/Notice';
import { useVideo } from '../video/use_video';
import { Review } from './Review';
import { useJob, type JobView } from './use_job';
import { Waiting } from './Waiting';
import { Working } from './Working';

/** A job from the line to the look at what came of it. */
export function JobPage({ jobId }: { jobId: string }) {
  const t = useTexts();
  const state = useJob(jobId);
  if (state.state === 'loading') return <Centered>{t.loading}</Centered>;
  if (state.state === 'failed') {
    return (
      <Centered>
        <ProblemNotice error={state.error} />
        <Link href="/" className="text-accent-text underline underline-offset-4">{t.toStart}</Link>
      </Centered>
    );
  }
  return <OfVideo key={jobId} view={state.view} />;
}

function OfVideo({ view }: { view: JobView }) {
  const t = useTexts();
  const { job, status, lost } = view;
  const video = useVideo(job.videoId);
  const toPoints = <Link href={`/videos/${job.videoId}`} className="text-accent-text underline underline-offset-4">{t.work.changePoints}</Link>;
  if (status.status === 'failed' || status.status === 'cancelled') {
    return (
      <Centered>
        {status.status === 'failed' ? <Failed status={status} /> : <Notice>{t.work.cancelled}</Notice>}
        {toPoints}
      </Centered>
    );
  }
  if (video.state === 'loading') return <Centered>{t.loading}</Centered>;
  if (video.state === 'failed') {
    const isGone = video.error.status === 404 || video.error.status === 410;
    return <Centered>{isGone ? <Notice>{t.work.gone}</Notice> : <ProblemNotice error={video.error} />}</Centered>;
  }
  if (status.status === 'complete') return <Review view={view} open={video.open} />;
  return <Working open={video.open} status={status} sheet={<Waiting status={status} lost={lost} />} />;
}

function Failed({ status }: { status: JobStatus }) {
  const t = useTexts();
  return (
    <>
      <h1 className="font-semibold">{t.work.failed}</h1>
      <Notice wrong>
        <p>{(status.errorCode && t.problems[status.errorCode]) ?? status.errorMessage}</p>
        <p className="select-all text-small text-soft">{status.errorCode} · {status.jobId}</p>
      </Notice>
      {status.errorCode === 'internal' && <p>{t.work.failedOurs}</p>}
    </>
  );
}
