// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api, links } from '../api/client';
import { ApiError } from '../api/problem';
import type { Job, Video } from '../api/types';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { bytesText, clockText } from '../text/format';
import { Confirm } from './Confirm';
import { Expiry } from './Expiry';
import { JobRow } from './JobRow';
import { QuietButton } from './QuietButton';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useBackTo } from './use_back_to';

const removeVideo = async (videoId: string): Promise<void> => {
  try {
    await api.removeVideo(videoId);
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.status === 404)) throw caught; // It went by itself meanwhile.
  }
};

/** A video, and what was made of it. */
export function VideoRow({ video, results, onRemoved }: { video: Video; results: Job[]; onRemoved: () => void }) {
  const t = useTexts();
  const [sure, setSure] = useState(false);
  const { busy, error, ask } = useAsking();
  const row = useBackTo<HTMLLIElement>(sure);
  const name = video.originalFilename || t.account.unnamed;

  return (
    <li ref={row} className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-4 border-t border-line py-5 wide:grid-cols-[10rem_minmax(0,1fr)] wide:grid-rows-[auto_1fr] wide:gap-x-6">
      <div className="wide:row-span-2">
        <Poster video={video} />
      </div>
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap items-start justify-between gap-x-4">
          <div className="min-w-0 flex-[1_1_12rem]">
            <h2 className="break-words font-semibold">
              {video.state === 'ready' ? (
                <Link href={`/videos/${video.videoId}`} className="hover:underline">
                  {name}
                </Link>
              ) : (
                name
              )}
            </h2>
            <Facts video={video} />
          </div>
          {!sure && (
            <QuietButton data-back aria-label={t.account.removeVideoName(name)} onClick={() => setSure(true)}>
              {t.account.removeVideo}
            </QuietButton>
          )}
        </div>
      </div>
      <div className="col-span-2 flex min-w-0 flex-col gap-4 pt-3 empty:hidden wide:col-span-1 wide:col-start-2">
        {sure && (
          <Confirm question={t.account.removeVideoSure(name)} yes={t.account.removeYes} busy={busy}
            onNo={() => setSure(false)} onYes={() => void ask(() => removeVideo(video.videoId), onRemoved)} />
        )}
        <Said error={error} />
        {results.length > 0 && (
          <ul aria-label={t.account.results(name)} className="border-l border-line pl-3">
            {results.map((job) => (
              <JobRow key={job.jobId} job={job} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function Facts({ video }: { video: Video }) {
  const t = useTexts();
  const refusal = video.state === 'refused' ? ((video.errorCode && t.problems[video.errorCode]) ?? video.errorMessage) : '';
  return (
    <div className="text-small text-soft">
      <p>
        <span className={video.state === 'refused' ? 'text-wrong' : ''}>{t.account.states[video.state]}</span>
        {video.duration !== undefined && ` · ${clockText(video.duration)}`}
        {` · ${bytesText(video.fileSize)} · `}
        <Expiry expiresAt={video.expiresAt} />
      </p>
      {refusal && <p>{refusal}</p>}
    </div>
  );
}

/** The name beside it leads to the same place, so the picture is for eyes and fingers alone. */
function Poster({ video }: { video: Video }) {
  const [broken, setBroken] = useState(false);
  const frame = 'flex aspect-video items-center justify-center overflow-hidden rounded bg-table';
  if (video.state !== 'ready' || broken) return <div className={`${frame} border border-line`} />;
  return (
    <Link href={`/videos/${video.videoId}`} tabIndex={-1} aria-hidden="true" className={frame}>
      <img src={links.poster(video.videoId)} alt="" loading="lazy" className="h-full w-full object-contain"
        onError={() => setBroken(true)} />
    </Link>
  );
}
