// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useState } from 'react';
import { api, links } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { ReviewSpan } from '../api/types';
import { FrameClock } from '../frame/frame_clock';
import { MaskLayer } from '../mask/MaskLayer';
import { Player } from '../player/Player';
import { promptsOf } from '../sheet/how';
import { Stage } from '../stage/Stage';
import { Strip } from '../strip/Strip';
import { useTexts } from '../text';
import { KeysHelp } from '../video/KeysHelp';
import { ObjectBar } from '../video/ObjectBar';
import { PlayButton } from '../video/PlayButton';
import { Table } from '../video/Table';
import { TapLayer } from '../video/TapLayer';
import { useKeys } from '../video/use_keys';
import { useStage } from '../video/use_stage';
import type { OpenVideo } from '../video/use_video';
import { noTaps, saysEnough } from '../work/taps';
import { useStart } from '../work/use_start';
import { Compare } from './Compare';
import { nextPlace, stripSpans } from './review';
import { Take } from './Take';
import { useMasks } from './use_masks';
import type { JobView } from './use_job';

const nobody = () => undefined;

/** The same stage with what came out; the places to look at; corrections; then the video to take. */
export function Review({ view, open }: { view: JobView; open: OpenVideo }) {
  const t = useTexts();
  const { job } = view;
  const { video, frame: size, times } = open;
  const on = useStage(times, noTaps);
  const { clock, frame, taps, act } = on;
  const follower = useMemo(() => new FrameClock(), []); // Of the player with the original.
  const [spans, setSpans] = useState<readonly ReviewSpan[]>([]);
  const [unread, setUnread] = useState<ApiError>();
  const [share, setShare] = useState(0.5);
  const [cannotShow, setCannotShow] = useState(false); // What came out, in this browser.
  const { busy, problem, start } = useStart();
  const { masks, objects } = useMasks(job.jobId, frame);
  const line = useMemo(() => stripSpans(spans, times.frames), [spans, times]);
  const here = spans.find((span) => frame >= span.firstFrame && frame <= span.lastFrame);
  const proxy = links.proxy(video.videoId);

  useEffect(() => {
    const stop = new AbortController();
    api.review(job.jobId, stop.signal).then((answer) => setSpans(answer.spans)).catch((error: unknown) => {
      if (!stop.signal.aborted) setUnread(apiErrorOf(error));
    });
    return () => stop.abort();
  }, [job.jobId]);
  useEffect(() => act({ do: 'know', objects }), [act, objects]);
  useEffect(() => follower.seek(frame), [follower, frame]);

  const toPlace = (direction: 1 | -1) => {
    const place = nextPlace(spans, frame, direction);
    if (place) clock.seek(place.lookAt);
  };
  useKeys({
    n: () => toPlace(1),
    p: () => toPlace(-1),
    b: () => setShare((before) => (before < 0.5 ? 1 : 0)),
  });

  return (
    <Table
      stage={
        <Stage frame={size} over={<PlayButton on={on} />}>
          {(fit, moves) => (
            <>
              <Player src={cannotShow ? proxy : links.download(job.jobId)} times={times} clock={clock} fit={fit}
                label={cannotShow ? t.work.before : t.work.after} onMedia={on.setMedia} onPlaying={on.setPlaying}
                onUnplayable={() => (cannotShow ? on.setUnplayable : setCannotShow)(true)} />
              {cannotShow ? !on.playing && <MaskLayer fit={fit} masks={masks} label={t.stage.object} /> : (
                <Compare fit={fit} share={share} onShare={setShare} before={
                  <div className="pointer-events-none absolute inset-0">
                    <Player src={proxy} times={times} clock={follower} fit={fit} label={t.work.before} muted
                      onMedia={nobody} onPlaying={nobody} onUnplayable={nobody} />
                    {!on.playing && <MaskLayer fit={fit} masks={masks} label={t.stage.object} />}
                  </div>
                } />
              )}
              <TapLayer on={on} fit={fit} moves={moves} label={t.work.correcting} />
            </>
          )}
        </Stage>
      }
      bar={<ObjectBar taps={taps} frame={frame} drawsBox={on.drawsBox} onAction={act} onDrawsBox={on.setDrawsBox} />}
      strip={<Strip src={proxy} frame={size} times={times} clock={clock} spans={line} marks={[...taps.points, ...taps.boxes]} />}
      sheet={
        <>
          <KeysHelp open={on.showsKeys} onClose={() => on.setShowsKeys(false)} />
          {on.drawsBox && <p className="mb-4">{t.stage.boxHelp}</p>}
          <Take job={job} video={video} spans={spans} here={here} cannotShow={cannotShow} unplayable={on.unplayable}
            problem={problem ?? unread} canCorrect={saysEnough(taps)} busy={busy} onPlace={toPlace}
            onCorrect={() => void start(() => api.correct(job.jobId, promptsOf(taps)))} />
        </>
      }
    />
  );
}
