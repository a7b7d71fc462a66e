// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from 'react';
import { api } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { JobStatus } from '../api/types';
import { useTexts } from '../text';
import { aboutText } from '../text/format';
import { Button } from '../ui/Button';
import { Notice, ProblemNotice } from '../ui/Notice';
import { TimeLeft } from './time_left';

const STAGES = ['validating', 'tracking', 'processing', 'encoding'] as const;

/** How far it is, how long it takes, and a way to stop it. */
export function Waiting({ status, lost }: { status: JobStatus; lost: boolean }) {
  const t = useTexts();
  const [stopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const left = useRef(new TimeLeft());
  const seconds = left.current.add(Date.now(), status.progress);
  const now = STAGES.findIndex((stage) => stage === status.status);

  async function cancel(): Promise<void> {
    setStopping(true);
    try {
      await api.cancel(status.jobId);
    } catch (error) {
      const said = apiErrorOf(error);
      if (said.code !== 'job_ended') setProblem(said);
      setStopping(false);
    }
  }

  return (
    <div className="flex flex-col gap-4">
      <h1 className="font-semibold">{t.work.stageNames[status.status]}</h1>
      <p className="text-number font-semibold" aria-live="polite">{status.progress} %</p>
      <progress max={100} value={status.progress} aria-label={t.work.stageNames[status.status]}
        className="h-1.5 w-full appearance-none overflow-hidden rounded bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent" />
      {lost ? <Notice wrong>{t.connectionLost}</Notice> : (
        <p>
          {status.status === 'queued' ? t.work.inLine : seconds === undefined ? t.work.stageNames[status.status] : t.work.timeLeft(aboutText(seconds, t))}
        </p>
      )}
      {status.attempt > 1 && <Notice>{t.work.tryingAgain(status.attempt)}</Notice>}
      {problem && <ProblemNotice error={problem} />}
      <Button disabled={stopping} onClick={() => void cancel()}>{t.work.cancel}</Button>
      <ol className="flex flex-col border-b border-line">
        {STAGES.map((stage, i) => (
          <li key={stage} aria-current={i === now ? 'step' : undefined}
            className={`border-t border-line py-2 text-small ${i === now ? 'font-semibold text-ink' : 'text-soft'}`}>
            <span className="mr-2" aria-hidden="true">{i < now ? '✓' : i === now ? '●' : '○'}</span>
            {t.work.stageNames[stage]}
          </li>
        ))}
      </ol>
    </div>
  );
}
