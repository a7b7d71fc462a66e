// SPDX-License-Identifier: Apache-2.0
import { useTexts } from '../text';
import { aboutText, bytesText } from '../text/format';
import type { Row } from './row';

export const percentOf = (sent: number, bytes: number): number => Math.min(100, Math.floor((sent / bytes) * 100));

/** How far a file has come: a line, thick and calm where it goes on, broken where it does not. */
export function Progress({ row: { name, bytes, phase } }: { row: Row }) {
  const t = useTexts();
  if (phase.is === 'looking') {
    return (
      <div role="progressbar" aria-label={name} aria-valuetext={t.upload.looking} className="h-1 rounded-full bg-line">
        <div className="h-1 animate-pulse rounded-full bg-accent" />
      </div>
    );
  }
  if (!('sent' in phase) || phase.sent === undefined) return null;
  const percent = percentOf(phase.sent, bytes);
  const fill = { uploading: 'bg-accent', interrupted: 'bg-unsure', paused: 'bg-soft', unfinished: 'bg-soft' }[phase.is];
  const left = phase.is === 'uploading' && phase.secondsLeft !== undefined ? `, ${t.upload.left(aboutText(phase.secondsLeft, t))}` : '';
  return (
    <div
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`${t.upload.progress(bytesText(phase.sent), bytesText(bytes))}${left}`}
      className="h-1 overflow-hidden rounded-full bg-line"
    >
      <div className={`h-1 transition-[width] ease-linear ${fill}`} style={{ width: `${percent}%` }} />
    </div>
  );
}
