// SPDX-License-Identifier: Apache-2.0
import { api } from '../api/client';
import { ApiError } from '../api/problem';
import { unclaimed } from './claim';
import { Looks } from './looks';
import { mayTryAgain, nextAfter, type Next } from './outcome';
import type { Phase, Row } from './row';
import { isSameFile, markOf, SavedUploads, type FileMark, type SavedUpload } from './saved';
import { Sending } from './sending';
import { terminate, uploadThere, type Stored } from './transfer';

interface Item {
  readonly id: number;
  readonly mark: FileMark;
  phase: Phase;
  sent: number;
  file?: File;
  url?: string;
  sending?: Sending;
  /** Settles when the sending before has ended; the next one begins after it. */
  ending?: Promise<void>;
  stored?: Stored;
  isLookedAt?: boolean;
  isRemoved?: boolean;
}

export interface QueueOptions {
  userId: string;
  /** Of the tier; null: as large as you like. */
  maxFileBytes: number | null;
  onSignedOut: () => void;
}

/**
 * The files of one account on their way to the server, one after the other, and what comes of them. It lives as long
 * as the page, whatever the page shows. What is unfinished outlives a reload (saved.ts), but for the file itself, which a
 * browser does not give back: the user chooses it again.
 */
export class UploadQueue {
  private readonly items: Item[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly saved: SavedUploads;
  private readonly ending = new AbortController();
  private readonly looks: Looks;
  private rows: readonly Row[] = [];
  private nextId = 1;
  private isHeld = false; // Signed out.

  constructor(private readonly options: QueueOptions) {
    this.saved = new SavedUploads(options.userId);
    this.looks = new Looks(this.ending.signal);
    window.addEventListener('online', () => this.askAgain(), { signal: this.ending.signal });
    void unclaimed(this.saved.all()).then((uploads) => uploads.forEach((upload) => this.takeUp(upload)));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): readonly Row[] => this.rows;

  /** New files; one whose upload is unfinished goes on, one that is on its way already is read over. */
  add(files: readonly File[]): void {
    for (const file of files) {
      const mark = markOf(file);
      const known = this.items.find((item) => isSameFile(item.mark, mark) && isUnderWay(item.phase));
      if (known?.phase.is === 'unfinished') this.goOnWith(known, file);
      else if (!known) this.addNew(file, mark);
    }
    this.startNext();
  }

  /** The file of an unfinished upload, or another one: then nothing is sent. */
  choose(id: number, file: File): void {
    const item = this.find(id, 'unfinished');
    if (item?.phase.is !== 'unfinished') return;
    if (isSameFile(item.mark, markOf(file))) this.goOnWith(item, file);
    else this.set(item, { ...item.phase, wrongFile: true });
    this.startNext();
  }

  pause(id: number): void {
    const item = this.find(id, 'uploading', 'interrupted');
    if (!item) return;
    void this.halt(item);
    this.set(item, { is: 'paused', sent: item.sent });
    this.startNext();
  }

  /** What is paused takes its place in the line again; what waits for the server tries it at once. */
  resume(id: number): void {
    const item = this.find(id, 'paused', 'interrupted');
    if (item?.phase.is === 'paused') this.set(item, { is: 'waiting' });
    item?.sending?.tryNow();
    this.startNext();
  }

  /** Of something refused that may be taken later. */
  retry(id: number): void {
    const item = this.find(id, 'refused');
    if (item?.phase.is !== 'refused' || !item.phase.canRetry) return;
    this.set(item, { is: 'waiting' });
    this.startNext();
  }

  /** Out of the list, and off the server unless it is a video that was looked at. */
  remove(id: number): void {
    const at = this.items.findIndex((one) => one.id === id);
    const [item] = at < 0 ? [] : this.items.splice(at, 1);
    if (!item) return;
    item.isRemoved = true;
    if (item.url) this.saved.remove(item.url);
    if (item.stored && item.phase.is === 'looking') throwAway(item.stored);
    const stopped = this.halt(item);
    if (!item.stored) void stopped.then(() => (item.url && !item.stored ? terminate(item.url) : undefined));
    this.changed();
    this.startNext();
  }

  /** The account is signed in again: what stopped for that goes on. */
  signedIn(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    for (const item of this.items) if (item.phase.is === 'looking') this.look(item);
    this.askAgain();
    this.startNext();
  }

  /** Stops everything; what has come is kept by the server for a day. Nothing may be called after it. */
  end(): void {
    this.isHeld = true;
    for (const item of this.items) void this.halt(item);
    this.ending.abort();
  }

  private find(id: number, ...phases: Phase['is'][]): Item | undefined {
    return this.items.find((item) => item.id === id && phases.includes(item.phase.is));
  }

  private push(mark: FileMark, phase: Phase): Item {
    this.items.push({ id: this.nextId++, mark, phase, sent: 0 });
    this.changed();
    return this.items.at(-1)!;
  }

  private addNew(file: File, mark: FileMark): void {
    const item = this.push(mark, { is: 'waiting' });
    item.file = file;
    const most = this.options.maxFileBytes;
    if (mark.bytes === 0) this.refuse(item, pageSays('empty'));
    else if (most !== null && mark.bytes > most) this.refuse(item, pageSays('file_too_large'));
  }

  private takeUp({ jobId, videoId, url, ...mark }: SavedUpload): void {
    const isKnown = this.items.some((one) => isSameFile(one.mark, mark) && isUnderWay(one.phase));
    if (isKnown || this.ending.signal.aborted) return;
    const item = this.push(mark, { is: 'unfinished', sent: undefined, wrongFile: false });
    item.url = url;
    if (jobId && videoId) this.storedAs(item, { jobId, videoId });
    else void this.ask(item, url);
  }

  private askAgain(): void {
    for (const item of this.items) {
      if (item.url && item.phase.is === 'unfinished' && item.phase.sent === undefined) void this.ask(item, item.url);
    }
  }

  /** How much of it is there; it may be whole already, or gone. */
  private async ask(item: Item, url: string): Promise<void> {
    try {
      const { bytes, stored } = await uploadThere(url, this.ending.signal);
      if (item.phase.is !== 'unfinished' || item.isRemoved) return;
      item.sent = bytes;
      if (stored) this.storedAs(item, stored);
      else this.set(item, { ...item.phase, sent: bytes });
    } catch (error) {
      if (item.phase.is !== 'unfinished' || item.isRemoved || !(error instanceof ApiError)) return;
      if (nextAfter(error, true) === 'anew') this.refuse(item, pageSays('upload_expired'));
      else if (error.status === 401) this.hold();
    }
  }

  private goOnWith(item: Item, file: File): void {
    item.file = file;
    this.set(item, { is: 'waiting' });
  }

  /** One at a time: the line is one. */
  private startNext(): void {
    const isBusy = this.items.some((item) => item.phase.is === 'uploading' || item.phase.is === 'interrupted');
    const item = this.items.find(({ phase }) => phase.is === 'waiting');
    if (this.isHeld || isBusy || !item) return;
    this.set(item, { is: 'uploading', sent: item.sent });
    void (item.ending ?? Promise.resolve()).then(() => {
      if (item.phase.is === 'uploading' && !item.sending && !item.isRemoved && !this.isHeld) this.send(item);
    });
  }

  private send(item: Item): void {
    if (!item.file) return;
    item.sending = new Sending(item.file, item.url, item.sent, {
      onUrl: (url) => {
        item.url = url;
        if (!item.isRemoved) this.saved.put({ ...item.mark, url });
      },
      onPhase: (phase) => this.set(item, phase),
      onStored: (stored) => this.storedAs(item, stored),
      onEnded: (why, problem) => this.ended(item, why, problem),
    });
  }

  private ended(item: Item, why: Exclude<Next, 'again'>, problem: ApiError): void {
    void this.halt(item);
    if (why === 'signIn') {
      this.set(item, { is: 'waiting' });
      this.hold();
    } else {
      this.refuse(item, why === 'anew' ? pageSays('upload_expired') : problem);
    }
  }

  private refuse(item: Item, problem: ApiError): void {
    const isGone = problem.code === 'upload_expired';
    if (item.url && (isGone || !mayTryAgain(problem))) {
      this.saved.remove(item.url);
      if (!isGone) void terminate(item.url);
      delete item.url;
      item.sent = 0;
    }
    const canRetry = item.file !== undefined && (isGone || mayTryAgain(problem));
    this.set(item, { is: 'refused', problem, canRetry });
    this.startNext();
  }

  /** All bytes are there. */
  private storedAs(item: Item, stored: Stored): void {
    item.stored = stored;
    delete item.sending;
    if (item.isRemoved) {
      throwAway(stored);
      return;
    }
    if (item.url) this.saved.put({ ...item.mark, url: item.url, ...stored });
    this.set(item, { is: 'looking', status: 'queued', lost: false });
    this.look(item);
    this.startNext();
  }

  private look(item: Item): void {
    if (!item.stored || item.isLookedAt) return;
    item.isLookedAt = true;
    const saw = (phase: Phase) => {
      if (phase.is !== 'looking' && item.url) this.saved.remove(item.url);
      if (!item.isRemoved) this.set(item, phase);
    };
    this.looks.add(item.stored, {
      onChange: (status, lost) => saw({ is: 'looking', status, lost }),
      onReady: (video) => saw({ is: 'ready', video }),
      onRefused: (problem) => saw({ is: 'refused', problem, canRetry: false }),
      onSignedOut: () => {
        item.isLookedAt = false;
        this.hold();
      },
    });
  }

  private hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.options.onSignedOut();
  }

  private halt(item: Item): Promise<void> {
    item.sent = item.sending?.bytes ?? item.sent;
    item.ending = item.sending?.stop() ?? item.ending ?? Promise.resolve();
    delete item.sending;
    return item.ending;
  }

  private set(item: Item, phase: Phase): void {
    item.phase = phase;
    this.changed();
  }

  private changed(): void {
    const before = this.rows;
    this.rows = this.items.map(({ id, mark: { name, bytes }, phase }) =>
      before.find((row) => row.id === id && row.phase === phase) ?? { id, name, bytes, phase });
    for (const listener of this.listeners) listener();
  }
}

/** Where that fails, the server does it after its time. */
const throwAway = ({ videoId }: Stored): void => void api.removeVideo(videoId).catch(() => undefined);

const isUnderWay = (phase: Phase): boolean => phase.is !== 'refused' && phase.is !== 'ready' && phase.is !== 'looking';

const pageSays = (code: 'empty' | 'file_too_large' | 'upload_expired') => new ApiError(code, '', undefined, undefined);
