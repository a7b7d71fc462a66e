// SPDX-License-Identifier: Apache-2.0
import type { ApiError } from '../api/problem';
import { useLanguage, useTexts, type Texts } from '../text';
import { aboutText, bytesText } from '../text/format';
import { Notice } from '../ui/Notice';
import type { Phase, Row } from './row';

/** What happens to a file now, in a sentence. */
export function rowSays(phase: Phase, bytes: number, t: Texts): string {
  switch (phase.is) {
    case 'waiting': return t.upload.waiting;
    case 'uploading': return goingSays(phase, bytes, t);
    case 'paused': return t.upload.paused;
    case 'interrupted': return phase.problem.code === 'storage_full' ? t.upload.serverFull : t.upload.interrupted;
    case 'unfinished': return t.upload.unfinished;
    case 'looking': return phase.lost ? t.connectionLost : phase.status === 'queued' ? t.upload.lookingInLine : t.upload.looking;
    case 'ready': return t.upload.ready;
    case 'refused': return t.upload.refused;
  }
}

function goingSays(phase: Extract<Phase, { is: 'uploading' }>, bytes: number, t: Texts): string {
  if (phase.sent >= bytes) return t.upload.finishing;
  const parts = [t.upload.progress(bytesText(phase.sent), bytesText(bytes))];
  if (phase.perSecond !== undefined) parts.push(t.upload.speed(bytesText(phase.perSecond)));
  if (phase.secondsLeft !== undefined) parts.push(t.upload.left(aboutText(phase.secondsLeft, t)));
  return parts.join(' · ');
}

export function RowSays({ row: { name, bytes, phase }, maxFileBytes }: { row: Row; maxFileBytes: number | null }) {
  const t = useTexts();
  if (phase.is === 'refused') return <Refusal problem={phase.problem} maxFileBytes={maxFileBytes} />;
  if (phase.is === 'unfinished') {
    return phase.wrongFile ? <Notice wrong>{t.upload.otherFile}</Notice> : <p className="text-small text-soft">{t.upload.chooseAgain(name)}</p>;
  }
  return <p className={`text-small ${phase.is === 'interrupted' ? 'text-unsure' : 'text-soft'}`}>{rowSays(phase, bytes, t)}</p>;
}

// Of these the detail is for whoever mends them.
const inner = ['offline', 'page_fault', 'unreadable'];

/** Why, and what to do: the server's sentence, which is the exact one, or in another language ours. */
function Refusal({ problem: { code, detail }, maxFileBytes }: { problem: ApiError; maxFileBytes: number | null }) {
  const t = useTexts();
  const theirs = useLanguage() === 'en' && !inner.includes(code) ? detail : '';
  const tooLarge = maxFileBytes === null ? undefined : t.upload.tooLarge(bytesText(maxFileBytes));
  const ours: Partial<Record<string, string>> = {
    ...t.problems, ...t.upload.reasons, empty: t.upload.empty, unsupported_media: t.upload.notVideo,
    ...(tooLarge && { file_too_large: tooLarge }),
  };
  return (
    <Notice wrong>
      <p>{theirs || (ours[code] ?? (detail || t.problems.other))}</p>
      {detail && <p className="select-all text-small text-soft">{code}</p>}
    </Notice>
  );
}
