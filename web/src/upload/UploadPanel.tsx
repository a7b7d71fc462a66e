// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState, type RefObject } from 'react';
import type { Account, Config, Video } from '../api/types';
import type { FramePoint } from '../geometry/pixels';
import { useTexts } from '../text';
import { DropZone } from './DropZone';
import { FileButton } from './FileButton';
import { sample, sampleFile } from './sample';
import { StartStage } from './StartStage';
import { UploadRow } from './UploadRow';
import { rowSays } from './RowSays';
import type { Row } from './row';
import { useDrop } from './use_drop';
import { useQueue } from './use_queue';

interface Props {
  account: Account;
  config: Config;
  /** A video can be tapped: the only one that was brought, or the one that was opened. `at`: it was tapped there already. */
  onReady: (video: Video, at?: FramePoint) => void;
}

/** Bringing videos: drop them anywhere on the page, or choose them. */
export function Uploads({ account, config, onReady }: Props) {
  const t = useTexts();
  const [queue, rows] = useQueue(account, config);
  const take = (files: readonly File[]) => queue.add(files);
  const isOver = useDrop(take);
  const heading = useRef<HTMLHeadingElement>(null);
  const accept = ['video/*', ...config.formats.map((format) => `.${format}`)].join(',');
  const [sampleFailed, setSampleFailed] = useState(false);
  const sampleTap = useRef<FramePoint>();
  const open = (video: Video, { id, name }: Row) => {
    queue.remove(id);
    onReady(video, name === sample.name ? sampleTap.current : undefined);
  };
  const takeSample = (at?: FramePoint) => {
    sampleTap.current = at;
    setSampleFailed(false);
    sampleFile().then((file) => queue.add([file]), () => setSampleFailed(true));
  };
  useOnlyOne(rows, open);
  useFocus(rows.length, heading);

  const firstReady = rows.find((row) => row.phase.is === 'ready');
  const { maxFileBytes } = config.tiers[account.tierType];
  return (
    <DropZone isOver={isOver}>
      {rows.length === 0 ? (
        <StartStage account={account} accept={accept} heading={heading} onFiles={take} onSample={takeSample} sampleFailed={sampleFailed} />
      ) : (
        <div className="m-auto flex w-full max-w-[44rem] flex-col gap-4 p-4 wide:p-8">
          <h1 ref={heading} tabIndex={-1} className="text-small text-soft outline-none">
            {t.upload.list}
          </h1>
          <ul className="flex flex-col">
            {rows.map((row) => (
              <UploadRow key={row.id} row={row} queue={queue} accept={accept} maxFileBytes={maxFileBytes}
                isFirstReady={row === firstReady} onOpen={(video) => open(video, row)} />
            ))}
          </ul>
          <div>
            <FileButton several accept={accept} onFiles={take}>
              {t.upload.another}
            </FileButton>
          </div>
        </div>
      )}
      <Told rows={rows} />
    </DropZone>
  );
}

/** Reads out what became of each file, but not every percent of it, nor what stands in an alert. */
function Told({ rows }: { rows: readonly Row[] }) {
  const t = useTexts();
  const told = rows.flatMap(({ name, bytes, phase }) => {
    if (phase.is === 'refused' || phase.is === 'waiting') return [];
    return [t.upload.of(name, phase.is === 'uploading' ? t.upload.begun : rowSays(phase, bytes, t))];
  });
  return (
    <div className="sr-only" aria-live="polite">
      {told.map((text) => <p key={text}>{text}</p>)}
    </div>
  );
}

/** Who brings one video wants to tap it; who brings several chooses. Only while they watch, not when they come back. */
function useOnlyOne(rows: readonly Row[], open: (video: Video, row: Row) => void): void {
  const watched = useRef<number>();
  useEffect(() => {
    const [row] = rows;
    if (rows.length !== 1 || !row) return;
    if (row.phase.is !== 'ready') watched.current = row.id;
    else if (watched.current === row.id) open(row.phase.video, row);
  });
}

/** Where the button that was pressed has gone with its row, the heading is next. */
function useFocus(length: number, heading: RefObject<HTMLHeadingElement>): void {
  const before = useRef(length);
  useEffect(() => {
    if (before.current !== length && document.activeElement === document.body) heading.current?.focus();
    before.current = length;
  }, [length, heading]);
}
