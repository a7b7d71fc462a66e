// SPDX-License-Identifier: Apache-2.0
// The names of the HTTP interface (web/openapi.yaml), made from it by `npm run api`.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Account = Schemas['Account'];
export type ApiKey = Schemas['ApiKey'];
export type Candidate = Schemas['Candidate'];
export type CandidateScale = Schemas['CandidateScale'];
export type Codec = Schemas['Codec'];
export type Config = Schemas['Config'];
export type CorrectionRequest = Schemas['CorrectionRequest'];
export type Job = Schemas['Job'];
export type JobStatus = Schemas['JobStatus'];
export type JobStatusName = Schemas['JobStatusName'];
export type MaskPage = Schemas['MaskPage'];
export type Mode = Schemas['Mode'];
export type OnLost = Schemas['OnLost'];
export type Preview = Schemas['Preview'];
export type PreviewRequest = Schemas['PreviewRequest'];
export type Problem = Schemas['Problem'];
/** What the page shows of a report (docs/report.md). The interface promises none of it, so all may be missing. */
export interface Report {
  build?: string;
  output?: { sha256?: string };
  engine?: string;
  effect?: {
    mode: Mode;
    style?: Style;
    grow_px: number;
    on_lost: OnLost;
    invert: boolean;
    shadow: boolean;
    from_seconds?: number;
    to_seconds?: number;
  };
  audio?: 'keep' | 'mute' | 'drop';
  truncated?: boolean;
  warnings?: string[];
  changed?: string[];
  left_out?: string[];
  scrubbed?: string[];
  invariants?: { name: string; held: boolean }[];
  to_review?: { object: number; state: TrackState; first_frame: number; last_frame: number }[];
  erased_to_review?: { first_frame: number; last_frame: number }[];
  frames?: { covered?: number }[];
}
export type ReviewSpan = Schemas['ReviewSpan'];
export type Rle = Schemas['Rle'];
export type SegmentRequest = Schemas['SegmentRequest'];
export type SegmentationMask = Schemas['SegmentationMask'];
export type ShownApiKey = Schemas['ShownApiKey'];
export type Style = Schemas['Style'];
export type TrackState = Schemas['TrackState'];
export type Video = Schemas['Video'];
