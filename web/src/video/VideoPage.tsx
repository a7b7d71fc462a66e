// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api, links } from '../api/client';
import type { CandidateScale, Config } from '../api/types';
import type { FramePoint } from '../geometry/pixels';
import { MaskLayer } from '../mask/MaskLayer';
import { Player } from '../player/Player';
import { segmentRequest, usualHow, type How } from '../sheet/how';
import { HowStep } from '../sheet/HowStep';
import { Stage } from '../stage/Stage';
import { Strip } from '../strip/Strip';
import { useTexts } from '../text';
import { TextButton } from '../ui/Button';
import { Notice, ProblemNotice } from '../ui/Notice';
import { noTaps, saysEnough, saysNothing, scaleIn, tapped } from '../work/taps';
import { usePreviews } from '../work/use_previews';
import { useStart } from '../work/use_start';
import { KeysHelp } from './KeysHelp';
import { ObjectBar } from './ObjectBar';
import { PlayButton } from './PlayButton';
import { PreviewSays } from './PreviewSays';
import { Table } from './Table';
import { TapLayer } from './TapLayer';
import { useStage } from './use_stage';
import type { OpenVideo } from './use_video';

/** Tap what must not be seen, say what shall happen to it, go. */
export function VideoPage({ open, config, at }: { open: OpenVideo; config: Config; at?: FramePoint | undefined }) {
  const t = useTexts();
  const { video, frame: size, times } = open;
  const on = useStage(times, at ? tapped(noTaps, { do: 'tap', at, frame: 0 }) : noTaps);
  const { clock, frame, taps } = on;
  const [how, setHow] = useState<How>(usualHow);
  const { busy, problem, start } = useStart();
  const previews = usePreviews(video.videoId, taps, frame);
  const [looked, setLooked] = useState<{ object: number; scale: CandidateScale }>(); // Shown before it is chosen.
  const proxy = links.proxy(video.videoId);
  const masks = [...previews].flatMap(([object, one]) => {
    if (one.state !== 'found') return [];
    const looks = looked?.object === object ? one.found[looked.scale] : undefined;
    return [(looks ?? one.found[scaleIn(taps, frame, object)] ?? one.found.object).mask];
  });

  return (
    <Table
      stage={
        <Stage frame={size} over={<PlayButton on={on} />}>
          {(fit, moves) => (
            <>
              <Player src={proxy} poster={links.poster(video.videoId)} times={times} clock={clock} fit={fit}
                label={t.stage.label} onMedia={on.setMedia} onPlaying={on.setPlaying} onUnplayable={() => on.setUnplayable(true)} />
              {!on.playing && <MaskLayer fit={fit} masks={masks} label={t.stage.object} />}
              <TapLayer on={on} fit={fit} moves={moves} label={t.stage.tapHere} />
            </>
          )}
        </Stage>
      }
      bar={<ObjectBar taps={taps} frame={frame} drawsBox={on.drawsBox} onAction={on.act} onDrawsBox={on.setDrawsBox} />}
      strip={
        <Strip src={proxy} frame={size} times={times} clock={clock} spans={[]} marks={[...taps.points, ...taps.boxes]}
          from={how.fromFrame} to={how.toFrame === undefined ? undefined : how.toFrame + 1} />
      }
      sheet={
        <div className="flex flex-col gap-4">
          <div className="flex items-baseline justify-between gap-3">
            <h1 className="min-w-0 truncate text-text font-semibold">{video.originalFilename}</h1>
            <TextButton className="text-small" onClick={() => on.setShowsKeys(true)}>{t.stage.keys.title}</TextButton>
          </div>
          <KeysHelp open={on.showsKeys} onClose={() => on.setShowsKeys(false)} />
          {on.unplayable && <Notice wrong>{t.stage.cannotPlay}</Notice>}
          {on.drawsBox ? <p>{t.stage.boxHelp}</p> : saysNothing(taps) && <p>{t.stage.tapHere}</p>}
          {[...previews].map(([object, state]) => (
            <PreviewSays key={object} object={object} state={state} scale={scaleIn(taps, frame, object)}
              onLook={(scale) => setLooked(scale && { object, scale })}
              onChoose={(scale) => on.act({ do: 'scale', frame, object, scale })} />
          ))}
          {problem && <ProblemNotice error={problem} />}
          <HowStep config={config} hasAudio={video.hasAudio ?? false} how={how} times={times} frame={frame}
            canGo={saysEnough(taps)} busy={busy} onChange={setHow}
            onGo={() => void start(() => api.segment(segmentRequest(video.videoId, taps, how, times)))} />
        </div>
      }
    />
  );
}
