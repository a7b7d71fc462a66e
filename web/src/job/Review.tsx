// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useReducer, useState } from 'react';
import { api, links } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { Config, Job, ReviewSpan } from '../api/types';
import { go } from '../app/route';
import { sessionEnded } from '../app/session';
import { FrameClock, useFrame } from '../frame/frame_clock';
import { MaskLayer } from '../mask/MaskLayer';
import { Player } from '../player/Player';
import type { Media } from '../player/media';
import { PointLayer } from '../point/PointLayer';
import { promptsOf } from '../sheet/how';
import { Stage } from '../stage/Stage';
import { Strip } from '../strip/Strip';
import { useTexts } from '../text';
import { KeysHelp } from '../video/KeysHelp';
import { ObjectBar } from '../video/ObjectBar';
import { Table } from '../video/Table';
import { useKeys } from '../video/use_keys';
import type { OpenVideo } from '../video/use_video';
import { correcting, saysEnough, tapped } from '../work/taps';
import { Compare } from './Compare';
import { nextPlace, stripSpans } from './review';
import { Take } from './Take';
import { useMasks } from './use_masks';
import type { JobView } from './use_job';

/** The same stage with what came out; the places to look at; corrections; then the video to take. */
export function Review({ view, open, config }: { view: JobView; open: OpenVideo; config: Config }) {
  const t = useTexts();
  const { job } = view;
  const { video, frame: size, times } = open;
  const clock = useMemo(() => new FrameClock(), []);
  const follower = useMemo(() => new FrameClock(), []); // Of the player with the original.
  const frame = useFrame(clock);
  const [spans, setSpans] = useState<readonly ReviewSpan[]>([]);
  const [taps, act] = useReducer(tapped, job, (of) => correcting(knownObjects(of)));
  const [drawsBox, setDrawsBox] = useState(false);
  const [share, setShare] = useState(0.5);
  const [media, setMedia] = useState<Media>();
  const [playing, setPlaying] = useState(false);
  const [unplayable, setUnplayable] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  const masks = useMasks(job.jobId, frame);
  const here = spans.find((span) => frame >= span.firstFrame && frame <= span.lastFrame);

  useEffect(() => {
    const stop = new AbortController();
    api.review(job.jobId, stop.signal).then((answer) => setSpans(answer.spans)).catch((error: unknown) => {
      if (!stop.signal.aborted) setProblem(apiErrorOf(error));
    });
    return () => stop.abort();
  }, [job.jobId]);

  useEffect(() => follower.seek(frame), [follower, frame]);

  const toPlace = (direction: 1 | -1) => {
    const place = nextPlace(spans, frame, direction);
    if (place) clock.seek(place.lookAt);
  };
  useKeys({
    ' ': () => media?.toggle(),
    ArrowLeft: () => media?.step(-1),
    ArrowRight: () => media?.step(1),
    'shift+ArrowLeft': () => media?.step(times.at(times.begin(frame) - 1) - frame),
    'shift+ArrowRight': () => media?.step(Math.max(1, times.at(times.begin(frame) + 1) - frame)),
    n: () => toPlace(1),
    p: () => toPlace(-1),
    b: () => setShare((before) => (before < 0.5 ? 1 : 0)),
    '?': () => setShowsKeys(true),
    z: () => act({ do: 'undo' }),
    x: () => act({ do: 'not this', on: !taps.notThis }),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((object) => [String(object), () => act({ do: 'choose', object })])),
  });

  async function correct(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const { jobId } = await api.correct(job.jobId, promptsOf(taps));
      go(`/jobs/${jobId}`);
    } catch (error) {
      const said = apiErrorOf(error);
      if (said.status === 401) sessionEnded();
      setProblem(said);
      setBusy(false);
    }
  }

  const stage = (
    <Stage
      frame={size}
      over={
        <button type="button" onClick={() => media?.toggle()}
          className="absolute bottom-3 left-3 h-10 rounded border border-line bg-paper px-3 text-small">
          {playing ? t.stage.pause : t.stage.play}
        </button>
      }
    >
      {(fit, moves) => (
        <>
          <Player src={links.download(job.jobId)} times={times} clock={clock} fit={fit} label={t.work.after}
            onMedia={setMedia} onPlaying={setPlaying} onUnplayable={() => setUnplayable(true)} />
          <PointLayer fit={fit} drawsBox={drawsBox} label={t.work.correcting}
            points={taps.points.filter((point) => point.frame === frame)}
            boxes={taps.boxes.filter((box) => box.frame === frame)}
            onTap={(at, notThis) => {
              if (playing) return media?.toggle();
              act({ do: 'tap', at, frame, ...(notThis && { notThis }) });
            }}
            onBox={(box) => {
              act({ do: 'box', box: { ...box, frame } });
              setDrawsBox(false);
            }}
            onPan={moves.pan} onZoom={moves.zoom} />
          <Compare fit={fit} share={share} onShare={setShare} before={
            <div className="pointer-events-none absolute inset-0">
              <Player src={links.proxy(video.videoId)} times={times} clock={follower} fit={fit} label={t.work.before} muted
                onMedia={() => undefined} onPlaying={() => undefined} onUnplayable={() => undefined} />
              {!playing && <MaskLayer fit={fit} masks={masks} label={t.stage.object} />}
            </div>
          } />
        </>
      )}
    </Stage>
  );

  return (
    <Table
      stage={stage}
      bar={<ObjectBar taps={taps} drawsBox={drawsBox} onAction={act} onDrawsBox={setDrawsBox} />}
      strip={<Strip src={links.proxy(video.videoId)} frame={size} times={times} clock={clock} spans={stripSpans(spans, times.frames)} marks={[...taps.points, ...taps.boxes]} />}
      sheet={
        <>
        <KeysHelp open={showsKeys} onClose={() => setShowsKeys(false)} />
        <Take job={job} video={video} config={config} spans={spans} here={here} unplayable={unplayable} problem={problem}
          canCorrect={saysEnough(taps)} busy={busy} onCorrect={() => void correct()} onPlace={toPlace} />
        </>
      }
    />
  );
}

function knownObjects(job: Job): number[] {
  // What the types make of "frameNumber or timeSec" knows nothing any more.
  const said = [...(job.request?.points ?? []), ...(job.request?.boxes ?? [])] as readonly { object?: number }[];
  return [...new Set(said.map((one) => one.object ?? 1))].sort((a, b) => a - b);
}
