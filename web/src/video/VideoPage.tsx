// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo, useReducer, useState } from 'react';
import { api, links } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { Config } from '../api/types';
import { go } from '../app/route';
import { sessionEnded } from '../app/session';
import { FrameClock, useFrame } from '../frame/frame_clock';
import { MaskLayer } from '../mask/MaskLayer';
import { Player } from '../player/Player';
import type { Media } from '../player/media';
import { PointLayer } from '../point/PointLayer';
import { segmentRequest, usualHow, type How } from '../sheet/how';
import { HowStep } from '../sheet/HowStep';
import { Stage } from '../stage/Stage';
import { Strip } from '../strip/Strip';
import { useTexts } from '../text';
import { TextButton } from '../ui/Button';
import { Notice, ProblemNotice } from '../ui/Notice';
import { noTaps, saysEnough, tapped } from '../work/taps';
import { usePreviews, type PreviewState } from '../work/use_previews';
import { KeysHelp } from './KeysHelp';
import { ObjectBar } from './ObjectBar';
import { Table } from './Table';
import { useKeys } from './use_keys';
import type { OpenVideo } from './use_video';

/** Tap what must not be seen, say what shall happen to it, go. */
export function VideoPage({ open, config }: { open: OpenVideo; config: Config }) {
  const t = useTexts();
  const { video, frame: size, times } = open;
  const clock = useMemo(() => new FrameClock(), []);
  const frame = useFrame(clock);
  const [taps, act] = useReducer(tapped, noTaps);
  const [how, setHow] = useState<How>(usualHow);
  const [drawsBox, setDrawsBox] = useState(false);
  const [media, setMedia] = useState<Media>();
  const [playing, setPlaying] = useState(false);
  const [unplayable, setUnplayable] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  const previews = usePreviews(video.videoId, taps, frame);

  useKeys({
    ' ': () => media?.toggle(),
    ArrowLeft: () => media?.step(-1),
    ArrowRight: () => media?.step(1),
    'shift+ArrowLeft': () => media?.step(times.at(times.begin(frame) - 1) - frame),
    'shift+ArrowRight': () => media?.step(Math.max(1, times.at(times.begin(frame) + 1) - frame)),
    '?': () => setShowsKeys(true),
    z: () => act({ do: 'undo' }),
    x: () => act({ do: 'not this', on: !taps.notThis }),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((object) => [String(object), () => act({ do: 'choose', object })])),
  });

  const start = useCallback(async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { jobId } = await api.segment(segmentRequest(video.videoId, taps, how));
      go(`/jobs/${jobId}`);
    } catch (error) {
      const said = apiErrorOf(error);
      if (said.status === 401) sessionEnded();
      setProblem(said);
      setBusy(false);
    }
  }, [video.videoId, taps, how]);

  const masks = [...previews.values()].flatMap((one) => (one.state === 'found' ? [one.mask] : []));
  const stage = (
    <Stage
      frame={size}
      over={
        <div className="absolute bottom-3 left-3">
          <button type="button" onClick={() => media?.toggle()} className="h-10 rounded border border-line bg-paper px-3 text-small">
            {playing ? t.stage.pause : t.stage.play}
          </button>
        </div>
      }
    >
      {(fit, view) => (
        <>
          <Player src={links.proxy(video.videoId)} poster={links.poster(video.videoId)} times={times} clock={clock} fit={fit}
            label={t.stage.label} onMedia={setMedia} onPlaying={setPlaying} onUnplayable={() => setUnplayable(true)} />
          {!playing && <MaskLayer fit={fit} masks={masks} label={t.stage.object} />}
          <PointLayer
            fit={fit}
            points={taps.points.filter((point) => point.frame === frame)}
            boxes={taps.boxes.filter((box) => box.frame === frame)}
            drawsBox={drawsBox}
            label={t.stage.tapHere}
            onTap={(at, notThis) => {
              if (playing) return media?.toggle();
              act({ do: 'tap', at, frame, ...(notThis && { notThis }) });
            }}
            onBox={(box) => {
              act({ do: 'box', box: { ...box, frame } });
              setDrawsBox(false);
            }}
            onPan={view.pan}
            onZoom={view.zoom}
          />
        </>
      )}
    </Stage>
  );

  return (
    <Table
      stage={stage}
      bar={<ObjectBar taps={taps} drawsBox={drawsBox} onAction={act} onDrawsBox={setDrawsBox} />}
      strip={
        <Strip src={links.proxy(video.videoId)} frame={size} times={times} clock={clock} spans={[]} marks={[...taps.points, ...taps.boxes]}
          from={how.fromSec === undefined ? undefined : times.at(how.fromSec)}
          to={how.toSec === undefined ? undefined : times.at(how.toSec)} />
      }
      sheet={
        <div className="flex flex-col gap-4">
          <div className="flex items-baseline justify-between gap-3">
            <h1 className="min-w-0 truncate text-text font-semibold">{video.originalFilename}</h1>
            <TextButton className="text-small" onClick={() => setShowsKeys(true)}>{t.stage.keys.title}</TextButton>
          </div>
          <KeysHelp open={showsKeys} onClose={() => setShowsKeys(false)} />
          {unplayable && <Notice wrong>{t.stage.cannotPlay}</Notice>}
          {taps.points.length + taps.boxes.length === 0 && <p>{t.stage.tapHere}</p>}
          {[...previews].map(([object, state]) => <Said key={object} object={object} state={state} />)}
          {problem && <ProblemNotice error={problem} />}
          <HowStep config={config} hasAudio={video.hasAudio ?? false} how={how} seconds={times.begin(frame)}
            canGo={saysEnough(taps)} busy={busy} onChange={setHow} onGo={() => void start()} />
        </div>
      }
    />
  );
}

/** What came of the taps on one object. */
function Said({ object, state }: { object: number; state: PreviewState }) {
  const t = useTexts();
  if (state.state === 'failed') return <ProblemNotice error={state.error} />;
  if (state.state === 'found') return null;
  return (
    <Notice wrong={state.state === 'nothing'}>
      {t.stage.object(object)}: {state.state === 'thinking' ? t.stage.thinking : t.stage.nothingFound}
    </Notice>
  );
}
