// SPDX-License-Identifier: Apache-2.0
// The names of the HTTP interface (web/openapi.yaml), made from it by `npm run api`.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Account = Schemas['Account'];
export type ApiKey = Schemas['ApiKey'];
export type Candidate = Schemas['Candidate'];
export type Config = Schemas['Config'];
export type CorrectionRequest = Schemas['CorrectionRequest'];
export type Job = Schemas['Job'];
export type JobStatus = Schemas['JobStatus'];
export type JobStatusName = Schemas['JobStatusName'];
export type MaskPage = Schemas['MaskPage'];
export type Mode = Schemas['Mode'];
export type Preview = Schemas['Preview'];
export type PreviewRequest = Schemas['PreviewRequest'];
export type Problem = Schemas['Problem'];
export type ReviewSpan = Schemas['ReviewSpan'];
export type Rle = Schemas['Rle'];
export type SegmentRequest = Schemas['SegmentRequest'];
export type SegmentationMask = Schemas['SegmentationMask'];
export type ShownApiKey = Schemas['ShownApiKey'];
export type Style = Schemas['Style'];
export type Video = Schemas['Video'];
