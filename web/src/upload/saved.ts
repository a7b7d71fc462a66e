// SPDX-License-Identifier: Apache-2.0
/** What tells a file from another without reading it. */
export interface FileMark {
  name: string;
  bytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  modified: number;
}

/** An upload that was begun and not finished, as it outlives the page. */
export interface SavedUpload extends FileMark {
  /** Its path on this server. */
  url: string;
  /** All bytes are there, and this job looks at them. */
  jobId?: string;
  videoId?: string;
}

export const markOf = (file: File): FileMark => ({ name: file.name, bytes: file.size, modified: file.lastModified });

export const isSameFile = (a: FileMark, b: FileMark): boolean =>
  a.name === b.name && a.bytes === b.bytes && a.modified === b.modified;

/**
 * Unfinished uploads in the browser's storage, apart for each account: on a shared machine nobody reads another's file
 * names. (tus-js-client has such a store too; it forgets an upload at every answer 4xx, an ended session included.)
 * Where there is no storage, uploads work and end with the page.
 */
export class SavedUploads {
  private readonly key: string;

  constructor(userId: string) {
    this.key = `tapmask.uploads.${userId}`;
  }

  all(): SavedUpload[] {
    try {
      const list: unknown = JSON.parse(localStorage.getItem(this.key) ?? '[]');
      return Array.isArray(list) ? list.filter(isSaved) : [];
    } catch {
      return [];
    }
  }

  put(upload: SavedUpload): void {
    this.write([...this.all().filter((one) => one.url !== upload.url), upload]);
  }

  remove(url: string): void {
    this.write(this.all().filter((one) => one.url !== url));
  }

  private write(list: SavedUpload[]): void {
    try {
      if (list.length > 0) localStorage.setItem(this.key, JSON.stringify(list));
      else localStorage.removeItem(this.key);
    } catch {
      // Full or forbidden.
    }
  }
}

const uploadPath = /^\/api\/v1\/uploads\/[0-9a-f-]{36}$/;
const isTextOrNone = (value: unknown) => value === undefined || typeof value === 'string';

function isSaved(value: unknown): value is SavedUpload {
  if (typeof value !== 'object' || value === null) return false;
  const one = value as Record<string, unknown>;
  return typeof one.url === 'string' && uploadPath.test(one.url) && typeof one.name === 'string' &&
    Number.isSafeInteger(one.bytes) && (one.bytes as number) > 0 && typeof one.modified === 'number' &&
    isTextOrNone(one.jobId) && isTextOrNone(one.videoId);
}
