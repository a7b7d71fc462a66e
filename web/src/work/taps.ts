// SPDX-License-Identifier: Apache-2.0
import type { CandidateScale } from '../api/types';
import { isSameBox, type Box } from '../geometry/box';
import type { FramePoint } from '../geometry/pixels';

export const MOST_OBJECTS = 6;

export interface TapPoint {
  readonly at: FramePoint;
  readonly frame: number;
  readonly object: number;
  /** False: "not this". */
  readonly isObject: boolean;
  /** What was chosen of what the points up to this one find; left out: the likeliest. */
  readonly scale?: CandidateScale;
}

export interface TapBox extends Box {
  readonly frame: number;
  readonly object: number;
}

interface Said {
  readonly points: readonly TapPoint[];
  readonly boxes: readonly TapBox[]; // At most one of an object and frame.
  readonly object: number; // The one that the next tap is about.
}

/** What was said about a video so far. A value: every change makes a new one. */
export interface Taps extends Said {
  readonly notThis: boolean; // The next tap says what does not belong to it.
  readonly past: readonly Said[]; // What undoing goes back to.
  readonly known: readonly number[]; // Objects that have masks already, which are corrected.
}

export const noTaps: Taps = { points: [], boxes: [], object: 1, notThis: false, past: [], known: [] };

export type TapAction =
  | { do: 'tap'; at: FramePoint; frame: number; notThis?: boolean }
  /** Draws a box, or another in the place of one. With `goesOn` it is undone together with the change before. */
  | { do: 'box'; box: TapBox; goesOn?: boolean }
  | { do: 'remove box'; frame: number }
  | { do: 'scale'; frame: number; object: number; scale: CandidateScale }
  | { do: 'undo' }
  | { do: 'choose'; object: number }
  | { do: 'new object' }
  | { do: 'not this'; on: boolean }
  | { do: 'know'; objects: readonly number[] };

export const objectsOf = (taps: Taps): number[] =>
  [...new Set([...taps.known, ...tappedObjects(taps)])].sort((a, b) => a - b);

const tappedObjects = (taps: Taps): number[] => [...taps.points, ...taps.boxes].map((one) => one.object);

/** The points of one frame and object: what a preview is asked with. */
export const pointsIn = (taps: Taps, frame: number, object: number): TapPoint[] =>
  taps.points.filter((point) => point.frame === frame && point.object === object);

const isOf = (frame: number, object: number) => (box: TapBox) => box.frame === frame && box.object === object;

/** The box that was drawn around an object in a frame. */
export const boxIn = (taps: Taps, frame: number, object: number): TapBox | undefined => taps.boxes.find(isOf(frame, object));

/** What was chosen after the last point. */
export const scaleIn = (taps: Taps, frame: number, object: number): CandidateScale =>
  pointsIn(taps, frame, object).at(-1)?.scale ?? 'object';

export const saysNothing = ({ points, boxes }: Taps): boolean => points.length === 0 && boxes.length === 0;

/** Is there something of every new object that lies on it? "Not this" alone says nothing of it. */
export const saysEnough = (taps: Taps): boolean =>
  !saysNothing(taps) &&
  tappedObjects(taps).every((object) =>
    taps.known.includes(object) ||
    taps.boxes.some((box) => box.object === object) ||
    taps.points.some((point) => point.object === object && point.isObject));

function changed(taps: Taps, change: Partial<Said>): Taps {
  const { points, boxes, object } = taps;
  return { ...taps, ...change, past: [...taps.past, { points, boxes, object }], notThis: false };
}

export function tapped(taps: Taps, action: TapAction): Taps {
  switch (action.do) {
    case 'tap': {
      const isFirst = !objectsOf(taps).includes(taps.object);
      const isObject = isFirst || !(action.notThis ?? taps.notThis);
      const point = { at: action.at, frame: action.frame, object: taps.object, isObject };
      return changed(taps, { points: [...taps.points, point] });
    }
    case 'box': {
      const { box, goesOn = false } = action;
      const isHere = isOf(box.frame, box.object);
      const before = boxIn(taps, box.frame, box.object);
      if (before && isSameBox(before, box)) return taps;
      const change = { boxes: [...taps.boxes.filter((one) => !isHere(one)), box], object: box.object };
      return goesOn ? { ...taps, ...change } : changed(taps, change);
    }
    case 'remove box': {
      const isHere = isOf(action.frame, taps.object);
      return taps.boxes.some(isHere) ? changed(taps, { boxes: taps.boxes.filter((box) => !isHere(box)) }) : taps;
    }
    case 'scale': {
      const last = pointsIn(taps, action.frame, action.object).at(-1);
      return changed(taps, { points: taps.points.map((point) => (point === last ? { ...point, scale: action.scale } : point)) });
    }
    case 'undo': {
      const before = taps.past.at(-1);
      return before ? { ...taps, ...before, past: taps.past.slice(0, -1), notThis: false } : taps;
    }
    case 'choose':
      return action.object >= 1 && action.object <= MOST_OBJECTS ? { ...taps, object: action.object, notThis: false } : taps;
    case 'new object': {
      const known = objectsOf(taps);
      const free = Array.from({ length: MOST_OBJECTS }, (_, i) => i + 1).find((object) => !known.includes(object));
      return free ? { ...taps, object: free, notThis: false } : taps;
    }
    case 'not this':
      return { ...taps, notThis: action.on };
    case 'know': {
      const object = taps.past.length === 0 ? (action.objects[0] ?? taps.object) : taps.object;
      return { ...taps, known: action.objects, object };
    }
  }
}
