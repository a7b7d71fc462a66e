// SPDX-License-Identifier: Apache-2.0
import type { OnLost, Report, TrackState } from '../api/types';

/** What is drawn in frames of which something is to be said (docs/redaction.md). */
export type Drawn = 'held' | 'around' | 'frame' | 'nothing' | 'allButOthers' | 'mask';

const whenLost: Record<OnLost, Drawn> = { cover: 'around', frame: 'frame', clear: 'nothing' };

export function drawnIn(state: TrackState, { onLost, invert }: { onLost: OnLost; invert: boolean }): Drawn {
  if (state === 'tracked' || state === 'given') return 'mask';
  if (invert) return 'allButOthers';
  if (state === 'lost') return whenLost[onLost];
  return state === 'held' ? 'held' : 'nothing';
}

const framesOf = ({ first_frame, last_frame }: { first_frame: number; last_frame: number }) => last_frame - first_frame + 1;

export interface Gap {
  object: number;
  state: 'held' | 'lost' | 'absent';
  frames: number;
}

/** In how many frames an object was not followed, by object and state; nothing where the report does not say. */
export function gapsOf({ to_review: spans }: Report): Gap[] | undefined {
  if (!spans) return undefined;
  const gaps = new Map<string, Gap>();
  for (const span of spans) {
    const { object, state } = span;
    if (state === 'tracked' || state === 'given') continue;
    const key = `${object} ${state}`;
    gaps.set(key, { object, state, frames: (gaps.get(key)?.frames ?? 0) + framesOf(span) });
  }
  return [...gaps.values()].sort((a, b) => a.object - b.object);
}

/** In how many frames much of what fills the place is made up. */
export const inventedFrames = ({ erased_to_review: spans }: Report): number =>
  (spans ?? []).reduce((sum, span) => sum + framesOf(span), 0);

/** In how many frames something was hidden, of how many; nothing where the report does not say. */
export function coveredFrames({ frames }: Report): { covered: number; of: number } | undefined {
  const known = frames?.filter((frame) => frame.covered !== undefined);
  if (!frames || known?.length !== frames.length) return undefined;
  return { covered: frames.filter((frame) => frame.covered !== 0).length, of: frames.length };
}

// What the report's sentences begin with.
const beginnings = [
  ['Location', 'place'], ['Device or software', 'device'], ['Date', 'date'], ['Tag', 'tag'],
  ['Cover art', 'cover'], ['Attached file', 'attached'], ['Data track', 'data'], ['Timecode', 'timecode'],
  ['User data (SEI)', 'encoder'], ['Names, files and comments', 'subtitles'], ['', 'other'],
] as const;
export type RemovedKind = (typeof beginnings)[number][1];
export interface Removed {
  kind: RemovedKind;
  count: number;
  /** What it is called in the file, or what else the report says of it. */
  names: string[];
}

/** What was removed from the file, by what it told; nothing where the report does not say. */
export function removedOf({ scrubbed }: Report): Removed[] | undefined {
  if (!scrubbed) return undefined;
  const found = new Map<RemovedKind, Removed>();
  for (const sentence of scrubbed) {
    const kind = beginnings.find(([beginning]) => sentence.startsWith(beginning))?.[1] ?? 'other';
    const inBrackets = /^[^(]*\(([^()]+)\)\.$/.exec(sentence)?.[1];
    const name = kind === 'other' ? sentence : kind === 'encoder' ? undefined : inBrackets;
    const of = found.get(kind) ?? { kind, count: 0, names: [] };
    found.set(kind, { kind, count: of.count + 1, names: name ? [...of.names, name] : of.names });
  }
  return beginnings.flatMap(([, kind]) => found.get(kind) ?? []);
}
