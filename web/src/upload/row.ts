// SPDX-License-Identifier: Apache-2.0
import type { ApiError } from '../api/problem';
import type { JobStatusName, Video } from '../api/types';

export type Phase =
  | { is: 'waiting' } // For the one before.
  | { is: 'uploading'; sent: number; perSecond?: number | undefined; secondsLeft?: number | undefined }
  | { is: 'paused'; sent: number }
  /** It goes on by itself. */
  | { is: 'interrupted'; sent: number; problem: ApiError }
  /** Begun before the page was loaded: the file must be chosen again. */
  | { is: 'unfinished'; sent: number | undefined; wrongFile: boolean }
  | { is: 'looking'; status: JobStatusName; lost: boolean }
  | { is: 'ready'; video: Video }
  /** `canRetry`: the same file may be taken later. */
  | { is: 'refused'; problem: ApiError; canRetry: boolean };

/** One file, as the page shows it. Immutable: another one when something has changed. */
export interface Row {
  id: number;
  name: string;
  bytes: number;
  phase: Phase;
}
