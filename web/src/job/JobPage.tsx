// SPDX-License-Identifier: Apache-2.0
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';
import { ProblemNotice } from '../ui/Notice';
import { Gone } from '../video/Gone';
import { isGone, useVideo } from '../video/use_video';
import { Ended } from './Ended';
import { Review } from './Review';
import { useJob, type JobView } from './use_job';
import { Waiting } from './Waiting';
import { Working } from './Working';

/** A job from the line to the look at what came of it. */
export function JobPage({ jobId }: { jobId: string }) {
  const t = useTexts();
  const state = useJob(jobId);
  if (state.state === 'loading') return <Loading />;
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
  const { job, status, lost } = view;
  const video = useVideo(job.videoId);
  if (status.status === 'failed' || status.status === 'cancelled') return <Ended job={job} status={status} video={video} />;
  if (video.state === 'failed') return isGone(video) ? <Gone /> : <Centered><ProblemNotice error={video.error} /></Centered>;
  if (video.state === 'loading') return <Loading />;
  if (status.status === 'complete') return <Review view={view} open={video.open} />;
  return <Working open={video.open} status={status} sheet={<Waiting status={status} lost={lost} />} />;
}

function Loading() {
  return <Centered>{useTexts().loading}</Centered>;
}
