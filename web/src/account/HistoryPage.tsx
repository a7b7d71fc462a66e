// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { AskButton } from './AskButton';
import { resultsOf, withoutVideo } from './history';
import { JobRow } from './JobRow';
import { Column, Title } from './Page';
import { Said } from './Said';
import { useHistory } from './use_history';
import { VideoRow } from './VideoRow';

/** Everything that somebody brought and what was made of it, as long as it is there. */
export function HistoryPage() {
  const t = useTexts();
  const { history, isNew, hasMore, busy, error, more, remove } = useHistory();
  const [said, setSaid] = useState('');
  const [awaited, setAwaited] = useState<number>(); // Where what "more" brings begins.
  const list = useRef<HTMLUListElement>(null);
  const count = history.videos.length;

  useEffect(() => {
    if (awaited === undefined || busy) return;
    setAwaited(undefined);
    setSaid(t.account.loaded(count));
    list.current?.children[awaited]?.querySelector<HTMLElement>('a:not([tabindex]), button')?.focus();
  }, [awaited, busy, count, t]);

  const gone = withoutVideo(history);
  return (
    <Column>
      <div className="flex flex-wrap items-baseline justify-between gap-4 pb-6">
        <Title>{t.account.history}</Title>
        {count > 0 && (
          <Link href="/" className="text-accent-text underline underline-offset-4">
            {t.upload.another}
          </Link>
        )}
      </div>
      <p role="status" className={said ? 'pb-4 text-small text-soft' : 'sr-only'}>
        {said}
      </p>
      {isNew && busy && <p className="border-t border-line py-5 text-soft">{t.loading}</p>}
      {!isNew && count === 0 && (
        <div className="flex flex-col items-start gap-4 border-t border-line py-6">
          <p>
            {t.account.noVideos} {t.upload.drop}
          </p>
          <Link href="/" className="flex min-h-11 items-center rounded bg-accent px-4 font-semibold text-on-accent">
            {t.upload.choose}
          </Link>
        </div>
      )}
      <ul ref={list}>
        {history.videos.map((video, at) => (
          <VideoRow
            key={video.videoId}
            video={video}
            results={resultsOf(history, video.videoId)}
            onRemoved={() => {
              const next = list.current?.children[at + 1] ?? list.current?.children[at - 1];
              remove(video.videoId);
              setSaid(t.account.removed(video.originalFilename || t.account.unnamed));
              if (next) next.querySelector<HTMLElement>('a:not([tabindex]), button')?.focus();
              else document.querySelector('h1')?.focus();
            }}
          />
        ))}
      </ul>
      {(error ?? (!isNew && hasMore)) && (
        <div className="flex flex-col items-start gap-3 border-t border-line pt-5">
          <Said error={error} />
          <AskButton
            busy={busy}
            onClick={() => {
              if (!isNew) setAwaited(count);
              more();
            }}
          >
            {busy ? t.loading : error ? t.again : t.account.more}
          </AskButton>
        </div>
      )}
      {gone.length > 0 && (
        <details className="border-t border-line pt-5">
          <summary className="cursor-pointer text-soft">{t.account.earlier(gone.length)}</summary>
          <ul className="pt-2">
            {gone.map((job) => (
              <JobRow key={job.jobId} job={job} />
            ))}
          </ul>
        </details>
      )}
    </Column>
  );
}
