// SPDX-License-Identifier: Apache-2.0
import type { Job } from '../api/types';
import { Link } from '../app/Link';
import { useTexts, type Texts } from '../text';
import { bytesText, dateText } from '../text/format';
import { runs } from './history';

/** "Hide it · Secure": what was asked for. */
function asked(job: Job, t: Texts): string {
  const mode = job.mode ? t.work.modes[job.mode] : t.work.how;
  return job.mode === 'privacy_blur' && job.style ? `${mode} · ${t.work.styles[job.style]}` : mode;
}

/** One result, or what is on the way to one. */
export function JobRow({ job }: { job: Job }) {
  const t = useTexts();
  const failed = job.status === 'failed';
  const reason = failed && job.errorCode ? (t.problems[job.errorCode] ?? job.errorMessage) : undefined;
  return (
    <li className="border-t border-line first:border-t-0">
      <Link href={`/jobs/${job.jobId}`} className="flex min-h-11 flex-col justify-center gap-1 py-2 hover:underline">
        <span className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span>{asked(job, t)}</span>
          <span className={`text-small ${failed ? 'text-wrong' : 'text-soft'}`}>
            {t.work.stageNames[job.status]}
            {runs(job) && job.status !== 'queued' && ` · ${t.account.percent(job.progress)}`}
            {job.outputBytes !== undefined && ` · ${bytesText(job.outputBytes)}`}
            {!runs(job) && ` · ${dateText(job.completedAt ?? job.createdAt)}`}
          </span>
        </span>
        {runs(job) && (
          <span aria-hidden="true" className="block h-0.5 overflow-hidden rounded-full bg-line">
            <span className="block h-full bg-accent transition-[width]" style={{ width: `${job.progress}%` }} />
          </span>
        )}
        {reason && <span className="text-small text-soft">{reason}</span>}
      </Link>
    </li>
  );
}
