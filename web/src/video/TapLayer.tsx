// SPDX-License-Identifier: Apache-2.0
import type { Fit } from '../geometry/fit';
import { PointLayer } from '../point/PointLayer';
import type { Moves } from '../stage/Stage';
import { boxesIn } from '../work/boxes';
import type { StageState } from './use_stage';

/** Takes what is tapped and drawn in the frame on the screen; while the video plays, a tap stops it. */
export function TapLayer({ on, fit, moves, label }: { on: StageState; fit: Fit; moves: Moves; label: string }) {
  const { taps, act, frame } = on;
  return (
    <PointLayer
      fit={fit}
      points={taps.points.filter((point) => point.frame === frame)}
      boxes={boxesIn(taps, frame, on.drawsBox && !on.playing)}
      object={taps.object}
      editsBoxes={!on.playing}
      drawsBox={on.drawsBox}
      label={label}
      onTap={(at, notThis) => {
        if (on.playing) return on.media?.toggle();
        act({ do: 'tap', at, frame, ...(notThis && { notThis }) });
      }}
      onBox={({ x, y, width, height, object }, goesOn) =>
        act({ do: 'box', box: { x, y, width, height, object, frame }, goesOn })}
      onChoose={(object) => act({ do: 'choose', object })}
      onPan={moves.pan}
      onZoom={moves.zoom}
    />
  );
}
