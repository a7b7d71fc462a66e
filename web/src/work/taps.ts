// SPDX-License-Identifier: Apache-2.0
import type { FramePoint } from '../geometry/pixels';

export const MOST_OBJECTS = 6;

export interface TapPoint {
  readonly at: FramePoint;
  readonly frame: number;
  readonly object: number;
  /** False: "not this". */
  readonly isObject: boolean;
}

export interface TapBox {
  /** In whole pixels of the shown frame. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly frame: number;
  readonly object: number;
}

/** What was said about a video so far. A value: every change makes a new one. */
export interface Taps {
  readonly points: readonly TapPoint[];
  readonly boxes: readonly TapBox[];
  readonly object: number; // The one that the next tap is about.
  readonly notThis: boolean; // The next tap says what does not belong to it.
  readonly order: readonly ('point' | 'box')[]; // In which they came, for undoing.
  readonly known: readonly number[]; // Objects that have masks already, which are corrected.
}

export const noTaps: Taps = { points: [], boxes: [], object: 1, notThis: false, order: [], known: [] };

export type TapAction =
  | { do: 'tap'; at: FramePoint; frame: number; notThis?: boolean }
  | { do: 'box'; box: Omit<TapBox, 'object'> }
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

/** Is there something of every new object that lies on it? "Not this" alone says nothing of it. */
export const saysEnough = (taps: Taps): boolean =>
  taps.order.length > 0 &&
  tappedObjects(taps).every((object) =>
    taps.known.includes(object) ||
    taps.boxes.some((box) => box.object === object) ||
    taps.points.some((point) => point.object === object && point.isObject));

export function tapped(taps: Taps, action: TapAction): Taps {
  switch (action.do) {
    case 'tap': {
      const isFirst = !objectsOf(taps).includes(taps.object);
      const isObject = isFirst || !(action.notThis ?? taps.notThis);
      const point = { at: action.at, frame: action.frame, object: taps.object, isObject };
      return { ...taps, points: [...taps.points, point], order: [...taps.order, 'point'], notThis: false };
    }
    case 'box':
      return { ...taps, boxes: [...taps.boxes, { ...action.box, object: taps.object }], order: [...taps.order, 'box'] };
    case 'undo': {
      const last = taps.order.at(-1);
      const order = taps.order.slice(0, -1);
      const gone = last === 'point' ? taps.points.at(-1) : taps.boxes.at(-1);
      if (!last || !gone) return taps;
      const left = last === 'point'
        ? { points: taps.points.slice(0, -1), boxes: taps.boxes }
        : { points: taps.points, boxes: taps.boxes.slice(0, -1) };
      return { ...taps, ...left, order, object: gone.object, notThis: false };
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
      const object = taps.order.length === 0 ? (action.objects[0] ?? taps.object) : taps.object;
      return { ...taps, known: action.objects, object };
    }
  }
}
