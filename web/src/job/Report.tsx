// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type ReactNode } from 'react';
import { api, links } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { Job, Report as ReportFacts, Video } from '../api/types';
import { useTexts, type Texts } from '../text';
import { clockText } from '../text/format';
import { TextButton } from '../ui/Button';
import { ProblemNotice } from '../ui/Notice';
import { coveredFrames, drawnIn, gapsOf, inventedFrames, removedOf } from './report';

/** What was done, in words; asked for when it is unfolded, since it tells of every frame. */
export function Report({ job, video }: { job: Job; video: Video }) {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const [report, setReport] = useState<ReportFacts>();
  const [problem, setProblem] = useState<ApiError>();

  useEffect(() => {
    if (!open || report || problem) return;
    const stop = new AbortController();
    api.report(job.jobId, stop.signal).then(setReport).catch((error: unknown) => {
      if (!stop.signal.aborted) setProblem(apiErrorOf(error));
    });
    return () => stop.abort();
  }, [job.jobId, open, report, problem]);

  return (
    <details className="border-t border-line pt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-8 cursor-pointer">{t.report.title}</summary>
      <div className="flex flex-col gap-3 pt-2">
        {problem && (
          <>
            <ProblemNotice error={problem} />
            <TextButton className="self-start" onClick={() => setProblem(undefined)}>{t.again}</TextButton>
          </>
        )}
        {!report && !problem && <p className="text-soft">{t.loading}</p>}
        {report && <Facts report={report} job={job} hasSound={video.hasAudio ?? false} />}
        <a href={links.report(job.jobId)} download={`${job.jobId}.json`}
          className="self-start text-small text-accent-text underline underline-offset-4">{t.report.whole}</a>
      </div>
    </details>
  );
}

/** Only what the report says. */
function Facts({ report, job, hasSound }: { report: ReportFacts; job: Job; hasSound: boolean }) {
  const t = useTexts();
  const { audio, changed = [], left_out: leftOut = [], warnings = [], invariants = [], output, build, engine } = report;
  const removed = removedOf(report);
  const differs = [...changed, ...leftOut];
  return (
    <dl className="flex flex-col gap-3">
      <Fact name={t.report.effect} lines={effectLines(report, t)} />
      <Fact name={t.report.frames} lines={frameLines(report, t)} />
      {hasSound && audio && <Fact name={t.report.sound} lines={[t.report.sounds[audio]]} />}
      {removed && (
        <Fact name={t.report.removedTitle} lines={
          removed.length === 0
            ? [job.request?.keepMetadata ? t.report.keptMetadata : t.report.nothingRemoved]
            : removed.map(({ kind, count, names }) => (
              <span key={kind}>
                {t.report.removed[kind]}: {count}
                {names.length > 0 && <span lang="en" className="block break-words text-small text-soft">{names.join(', ')}</span>}
              </span>
            ))
        } />
      )}
      {/* In the words of the program that wrote them. */}
      <Fact name={t.report.differs} lines={differs} lang="en" />
      <Fact name={t.report.warnings} lines={warnings} lang="en" />
      {invariants.length > 0 && (
        <Fact name={t.report.checked} lang="en" lines={[
          <span key="names" className="text-small">{invariants.map(({ name }) => name).join(', ')}</span>,
        ]} />
      )}
      {output?.sha256 && (
        <Fact name={t.report.checksum} lines={[<span key="sum" className="select-all break-all text-small">{output.sha256}</span>]} />
      )}
      {build && engine && <Fact name={t.report.program} lines={[t.report.madeBy(build, engine)]} />}
    </dl>
  );
}

function Fact({ name, lines, lang }: { name: string; lines: readonly ReactNode[]; lang?: string }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <dt className="text-small text-soft">{name}</dt>
      {lines.map((line, i) => <dd key={i} lang={lang}>{line}</dd>)}
    </div>
  );
}

function effectLines({ effect }: ReportFacts, t: Texts): string[] {
  if (!effect) return [];
  const { mode, style, grow_px: pixels, invert, shadow, from_seconds: from, to_seconds: to } = effect;
  const lines = mode === 'magic_eraser' ? [t.report.erased] : style ? [t.report.hidden(t.work.styles[style]), t.work.styleSays[style]] : [];
  lines.push(invert ? t.report.shrunk(pixels) : t.report.grown(pixels));
  if (shadow) lines.push(t.report.shadow);
  if (from !== undefined || to !== undefined) {
    lines.push(t.report.only(from === undefined ? t.report.begin : clockText(from), to === undefined ? t.report.end : clockText(to)));
  }
  return lines;
}

function frameLines(report: ReportFacts, t: Texts): string[] {
  const { effect, truncated } = report;
  const lines: string[] = [];
  const frames = coveredFrames(report);
  if (frames) lines.push((effect?.mode === 'magic_eraser' ? t.report.erasedIn : t.report.covered)(frames.covered, frames.of));
  const gaps = gapsOf(report);
  if (gaps?.length === 0) lines.push(t.report.never);
  for (const { object, state, frames: count } of gaps ?? []) {
    const drawn = effect && t.report.drawn[effect.mode][drawnIn(state, { onLost: effect.on_lost, invert: effect.invert })];
    lines.push([t.report[state](object, count), drawn].filter(Boolean).join(' '));
  }
  const invented = inventedFrames(report);
  if (invented > 0) lines.push(t.report.invented(invented));
  if (truncated) lines.push(t.report.truncated);
  return lines;
}
