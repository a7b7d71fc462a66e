// SPDX-License-Identifier: Apache-2.0
import axios from 'axios';
import { Upload } from 'tus-js-client';
import { apiErrorOf, type ApiError } from '../api/problem';
import { problemOf } from './outcome';

const ENDPOINT = '/api/v1/uploads';
// The first bytes come with the creation: what is no video is refused before the rest is sent, and a creation that is
// cut leaves nothing on the server.
const FIRST_BYTES = 65_536;

/** Where all bytes are: the job that looks at them, and the video that they become. */
export interface Stored {
  jobId: string;
  videoId: string;
}

export interface TransferEvents {
  /** The server has made the upload; it can be gone on with there. */
  onUrl: (url: string) => void;
  /** So many bytes were sent or are there. */
  onProgress: (bytes: number) => void;
  /** Comes after `stop` as well, when everything was there already. */
  onStored: (stored: Stored) => void;
  onFailed: (problem: ApiError) => void;
}

/**
 * One try at sending a file, from the beginning or from where the server is. It ends with onStored or onFailed, or
 * quietly after `stop`. It never tries again by itself (whoever holds it knows more than tus-js-client: which answers
 * pass, that there is a line to one's own machine without any network), and never makes a second upload of one that
 * the server does not know any more.
 */
export class Transfer {
  private readonly upload: Upload;
  private creates: boolean;
  private stopped = false;
  private markEnded: () => void = () => undefined;
  /** After it nothing is sent and no event comes. */
  readonly ended = new Promise<void>((resolve) => (this.markEnded = resolve));

  constructor(file: File, url: string | undefined, events: TransferEvents) {
    this.creates = url === undefined;
    this.upload = new Upload(file, {
      ...(url === undefined ? { endpoint: ENDPOINT, uploadDataDuringCreation: true, chunkSize: FIRST_BYTES } : { uploadUrl: url }),
      metadata: { filename: file.name, ...(file.type && { filetype: file.type }) },
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: () => {
        if (this.stopped && !this.creates) throw new Error('Stopped.'); // It was stopped before it had begun.
      },
      onUploadUrlAvailable: () => {
        if (!this.creates) return;
        this.creates = false;
        this.upload.options.chunkSize = Number.POSITIVE_INFINITY;
        events.onUrl(new URL(this.upload.url ?? '', window.location.origin).pathname);
        if (this.stopped) {
          void this.upload.abort();
          if (file.size > FIRST_BYTES) this.markEnded();
        }
      },
      onProgress: (bytes) => {
        if (!this.stopped) events.onProgress(bytes);
      },
      onSuccess: ({ lastResponse }) => {
        const stored = storedOf((name) => lastResponse.getHeader(name));
        if (stored) {
          this.markEnded();
          events.onStored(stored);
        } else {
          void this.finish(this.upload.url ?? '', file.size, events);
        }
      },
      onError: (error) => {
        this.markEnded();
        if (!this.stopped) events.onFailed(problemOf(error));
      },
    });
    this.upload.start();
  }

  /** What was sent is kept. A creation that is under way is waited for, so that it does not stay behind unknown. */
  stop(): Promise<void> {
    if (!this.stopped) {
      this.stopped = true;
      if (!this.creates) {
        void this.upload.abort();
        this.markEnded();
      }
    }
    return this.ended;
  }

  /** Without waiting for anything: nobody answers. */
  cut(): void {
    this.stopped = true;
    void this.upload.abort();
    this.markEnded();
  }

  /** All bytes are there, but no video was made of them: an empty PATCH tries it again, or is told why not. */
  private async finish(url: string, bytes: number, events: TransferEvents): Promise<void> {
    try {
      const { headers } = await axios.patch<unknown>(url, '', {
        headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': bytes, 'Content-Type': 'application/offset+octet-stream' },
      });
      const stored = storedOf((name) => headers[name]);
      if (!stored) throw new Error('The server named no job.');
      this.markEnded();
      events.onStored(stored);
    } catch (error) {
      this.markEnded();
      if (!this.stopped) events.onFailed(apiErrorOf(error));
    }
  }
}

function storedOf(header: (name: string) => unknown): Stored | undefined {
  const [jobId, videoId] = [header('tapmask-job-id'), header('tapmask-video-id')];
  return typeof jobId === 'string' && typeof videoId === 'string' ? { jobId, videoId } : undefined;
}

/** How much the server has of an upload. Rejects with an ApiError. */
export async function uploadThere(url: string, signal: AbortSignal): Promise<{ bytes: number; stored: Stored | undefined }> {
  try {
    const { headers } = await axios.head<unknown>(url, { headers: { 'Tus-Resumable': '1.0.0' }, timeout: 30_000, signal });
    const bytes = Number(headers['upload-offset']);
    return { bytes: Number.isSafeInteger(bytes) ? bytes : 0, stored: storedOf((name) => headers[name]) };
  } catch (error) {
    throw apiErrorOf(error);
  }
}

/** Gives an upload up. What cannot be reached now is thrown away by the server after its time. */
export const terminate = (url: string): Promise<void> =>
  Upload.terminate(url, { retryDelays: [1000, 3000, 10_000] }).catch(() => undefined);
