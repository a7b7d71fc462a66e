// SPDX-License-Identifier: Apache-2.0
import { links } from '../api/client';
import type { Video } from '../api/types';
import { useTexts } from '../text';
import { bytesText } from '../text/format';
import { Button } from '../ui/Button';
import { FileButton } from './FileButton';
import { percentOf, Progress } from './Progress';
import type { UploadQueue } from './queue';
import type { Row } from './row';
import { RowSays } from './RowSays';

interface Props {
  row: Row;
  queue: UploadQueue;
  accept: string;
  maxFileBytes: number | null;
  /** Its button is the one that most people want now. */
  isFirstReady: boolean;
  onOpen: (video: Video) => void;
}

/** A file on its way. */
export function UploadRow({ row, queue, accept, maxFileBytes, isFirstReady, onOpen }: Props) {
  const { name, bytes, phase } = row;
  const sent = 'sent' in phase ? phase.sent : undefined;
  const t = useTexts();
  return (
    <li className="flex flex-col gap-2 border-t border-line py-4 last:border-b">
      <div className="flex items-baseline justify-between gap-4">
        <h2 className="min-w-0 break-words font-semibold [overflow-wrap:anywhere]">{name}</h2>
        {sent !== undefined && phase.is !== 'unfinished' ? (
          <span className="shrink-0 text-number">{t.upload.percent(percentOf(sent, bytes))}</span>
        ) : (
          <span className="shrink-0 text-small text-soft">
            {sent === undefined ? bytesText(bytes) : t.upload.progress(bytesText(sent), bytesText(bytes))}
          </span>
        )}
      </div>
      <Progress row={row} />
      <div className="flex flex-col gap-2 wide:flex-row wide:items-center wide:justify-between wide:gap-6">
        <div className="flex min-w-0 items-center gap-3">
          {phase.is === 'ready' && <img src={links.poster(phase.video.videoId)} alt="" className="h-16 max-w-32 rounded object-cover" />}
          <RowSays row={row} maxFileBytes={maxFileBytes} />
        </div>
        <div className="flex shrink-0 flex-wrap gap-2">
          <Actions row={row} queue={queue} accept={accept} isFirstReady={isFirstReady} onOpen={onOpen} />
        </div>
      </div>
    </li>
  );
}

function Actions({ row: { id, name, phase }, queue, accept, isFirstReady, onOpen }: Omit<Props, 'maxFileBytes'>) {
  const t = useTexts();
  const button = (label: string, onClick: () => void, main = false) => (
    <Button main={main} onClick={onClick} aria-label={t.upload.of(label, name)}>
      {label}
    </Button>
  );
  // What stops it and what lets it go on are one button, which keeps the focus.
  const [label, act] =
    phase.is === 'uploading' ? [t.upload.pause, () => queue.pause(id)]
    : phase.is === 'paused' ? [t.upload.resume, () => queue.resume(id)]
    : phase.is === 'interrupted' ? [t.again, () => queue.resume(id)]
    : phase.is === 'ready' ? [t.upload.open, () => onOpen(phase.video)]
    : phase.is === 'refused' && phase.canRetry
      ? [phase.problem.code === 'upload_expired' ? t.upload.startOver : t.again, () => queue.retry(id)]
    : [];
  const isBegun = phase.is !== 'refused' && phase.is !== 'ready' && phase.is !== 'waiting';
  return (
    <>
      {label && act && button(label, act, phase.is === 'ready' && isFirstReady)}
      {phase.is === 'interrupted' && button(t.upload.pause, () => queue.pause(id))}
      {phase.is === 'unfinished' && (
        <FileButton accept={accept} label={t.upload.of(t.upload.chooseFile, name)} onFiles={([file]) => file && queue.choose(id, file)}>
          {t.upload.chooseFile}
        </FileButton>
      )}
      {button(isBegun ? t.upload.giveUp : t.upload.remove, () => queue.remove(id))}
    </>
  );
}
