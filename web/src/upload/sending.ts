// SPDX-License-Identifier: Apache-2.0
import { ApiError } from '../api/problem';
import { claim } from './claim';
import { nextAfter, type Next } from './outcome';
import { Rate } from './rate';
import { isReadable } from './readable';
import type { Phase } from './row';
import { Transfer, type Stored } from './transfer';

const TICK_MS = 1000;
const PAUSES_S = [1, 2, 5, 10, 20, 30]; // Between tries; the last one again and again.
const STALLED_MS = 120_000; // On a slow line the system's buffers empty for that long without a word.
const STALLED_OFFLINE_MS = 5000; // The browser says that it is offline, and nothing goes on.
const FINISHING_MS = 600_000; // All is sent; the server writes it out.

export interface SendingEvents {
  onUrl: (url: string) => void;
  onPhase: (phase: Phase) => void;
  /** Comes after `stop` as well, when everything was there already. */
  onStored: (stored: Stored) => void;
  /** It cannot go on by itself. */
  onEnded: (why: Exclude<Next, 'again'>, problem: ApiError) => void;
}

/**
 * Sends one file, with as many tries as it takes: a cut line is waited for, without an end. That the browser calls itself
 * offline is only a hint, since the server may run on this very machine.
 */
export class Sending {
  private readonly rate = new Rate();
  private readonly listening = new AbortController();
  private transfer: Transfer | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private movedAt = 0;
  private failures = 0;
  private isOffline = false;
  private isOver = false;

  /** `sent`: so much is believed to be there. */
  constructor(
    private readonly file: File,
    private url: string | undefined,
    private sent: number,
    private readonly events: SendingEvents,
  ) {
    const { signal } = this.listening;
    window.addEventListener('offline', () => (this.isOffline = true), { signal });
    window.addEventListener('online', () => this.wentOnline(), { signal });
    if (url !== undefined) claim(url, signal);
    this.begin();
  }

  get bytes(): number {
    return this.sent;
  }

  /** Does not wait for the next try. */
  tryNow(): void {
    if (!this.isOver && !this.transfer) this.begin();
  }

  /** Settles when nothing more is sent. */
  stop(): Promise<void> {
    this.isOver = true;
    this.listening.abort();
    clearTimeout(this.retry);
    clearInterval(this.ticking);
    const ended = this.transfer?.stop() ?? Promise.resolve();
    this.transfer = undefined;
    return ended;
  }

  private begin(): void {
    const { signal } = this.listening;
    clearTimeout(this.retry);
    this.rate.reset();
    this.movedAt = Date.now();
    // A later word of a try that was left is nobody's.
    const ifCurrent = (act: () => void) => {
      if (this.transfer === transfer && !this.isOver) act();
    };
    const transfer: Transfer = new Transfer(this.file, this.url, {
      onUrl: (url) => {
        this.url = url;
        claim(url, signal);
        this.events.onUrl(url);
      },
      onProgress: (bytes) => ifCurrent(() => this.moved(bytes)),
      onStored: (stored) => {
        void this.stop();
        this.events.onStored(stored);
      },
      onFailed: (problem) => ifCurrent(() => void this.failed(problem)),
    });
    this.transfer = transfer;
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.show();
  }

  private moved(bytes: number): void {
    if (bytes > this.sent) this.failures = 0;
    if (bytes !== this.sent) this.movedAt = Date.now();
    this.sent = bytes;
    this.rate.add(bytes, Date.now());
    this.show();
  }

  private show(): void {
    const { sent, rate } = this;
    this.events.onPhase({
      is: 'uploading', sent, perSecond: rate.bytesPerSecond, secondsLeft: rate.secondsFor(this.file.size - sent),
    });
  }

  private tick(): void {
    const still = Date.now() - this.movedAt;
    const most = this.sent >= this.file.size ? FINISHING_MS : this.isOffline ? STALLED_OFFLINE_MS : STALLED_MS;
    if (still > most) {
      this.interrupt(new ApiError('offline', 'The server does not answer.', undefined, undefined));
    } else {
      this.rate.add(this.sent, Date.now());
      this.show();
    }
  }

  private async failed(problem: ApiError): Promise<void> {
    const next = nextAfter(problem, this.url !== undefined);
    if (next !== 'again') {
      this.end(next, problem);
      return;
    }
    this.interrupt(problem);
    // A file that was moved or changed looks like a cut line.
    if (problem.status === undefined && !(await isReadable(this.file, this.sent)) && !this.isOver) {
      this.end('refuse', new ApiError('unreadable_file', '', undefined, undefined));
    }
  }

  private end(why: Exclude<Next, 'again'>, problem: ApiError): void {
    void this.stop();
    this.events.onEnded(why, problem);
  }

  private interrupt(problem: ApiError): void {
    this.transfer?.cut();
    this.transfer = undefined;
    clearInterval(this.ticking);
    const usual = PAUSES_S[Math.min(this.failures++, PAUSES_S.length - 1)]!;
    this.retry = setTimeout(() => this.begin(), Math.max(usual, problem.retryAfterSeconds ?? 0) * 1000);
    this.events.onPhase({ is: 'interrupted', sent: this.sent, problem });
  }

  private wentOnline(): void {
    this.isOffline = false;
    this.failures = 0;
    this.tryNow();
  }
}
