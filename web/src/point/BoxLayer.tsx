// SPDX-License-Identifier: Apache-2.0
import { useState, type KeyboardEvent } from 'react';
import { dragged, type Grip } from '../geometry/box';
import type { Fit } from '../geometry/fit';
import { useTexts } from '../text';
import { rectOf } from './grip';
import type { ShownBox } from './shown';

interface Props {
  fit: Fit;
  boxes: readonly ShownBox[];
  object: number;
  edits: boolean;
  /** `goesOn`: the change belongs to the one before, as a key is held down. */
  onBox: (box: ShownBox, goesOn: boolean) => void;
  onChoose: (object: number) => void;
  onLeave: () => void;
}

const whole: Grip = { x: 0, y: 0 };
const lowerRight: Grip = { x: 1, y: 1 };
const ways: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** The boxes of a frame, and the keys that change the one with the focus. Fingers are the point layer's. */
export function BoxLayer({ fit, boxes, object, edits, onBox, onChoose, onLeave }: Props) {
  const t = useTexts();
  const [said, setSaid] = useState('');

  function keyed(event: KeyboardEvent, box: ShownBox): void {
    const way = ways[event.key];
    if (way) {
      const far = event.shiftKey ? 10 : 1;
      const to = dragged(box, event.altKey ? lowerRight : whole, { x: way[0] * far, y: way[1] * far }, fit.frame);
      onBox({ ...to, object: box.object, how: 'drawn' }, event.repeat);
      setSaid(t.stage.boxes.place(to));
    } else if (event.key === 'Enter') {
      onBox({ ...box, how: 'drawn' }, false);
    } else if (event.key === 'Escape') {
      onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <>
      {boxes.map((box) => (
        // What lies in an application can have the focus; the rules do not know.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <div
          key={box.object}
          role="group"
          aria-roledescription={t.stage.boxes.role}
          aria-label={`${t.stage.boxes[box.how](box.object)}: ${t.stage.boxes.place(box)}`}
          data-box={box.object}
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={edits ? 0 : -1}
          className={`object-${box.object} box box-${box.how} pointer-events-none absolute`}
          style={rectOf(fit, box)}
          onFocus={() => onChoose(box.object)}
          onKeyDown={(event) => edits && keyed(event, box)}
        >
          <svg className="absolute inset-0 h-full w-full overflow-visible" aria-hidden="true">
            <rect width="100%" height="100%" />
            <rect width="100%" height="100%" />
          </svg>
          {edits && box.object === object && <Handles {...rectOf(fit, box)} />}
        </div>
      ))}
      <span role="status" className="sr-only">{said}</span>
    </>
  );
}

// In CSS pixels.
const ROOM_FOR_TWO = 24; // A shorter side has its handles outside.
const ROOM_FOR_THREE = 56;

function Handles({ width, height }: { width: number; height: number }) {
  const outside = (side: number) => `${Math.min(0, (side - ROOM_FOR_TWO) / 2)}px`;
  const places = (side: number) => (side < ROOM_FOR_THREE ? [0, 1] : [0, 0.5, 1]);
  return (
    <div className="absolute" style={{ inset: `${outside(height)} ${outside(width)}` }}>
      {places(width).flatMap((x) => places(height).map((y) => (x !== 0.5 || y !== 0.5) && (
        <span key={`${x} ${y}`} className="box-handle" style={{ left: `${x * 100}%`, top: `${y * 100}%` }} />
      )))}
    </div>
  );
}
