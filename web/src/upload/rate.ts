// SPDX-License-Identifier: Apache-2.0
const SMOOTH_MS = 6000; // An older speed counts 1/e after so long.
const STEP_MS = 250; // Progress comes in bursts; what is nearer together than this is one step.
const FIRST_MS = 1000; // Before that a speed is a guess.

/** How fast something goes, smoothed, and how long it will take. Times are in milliseconds, from any clock that only goes on. */
export class Rate {
  private startedAt: number | undefined;
  private at = 0;
  private bytes = 0;
  private perMs = 0;
  private weight = 0; // Of what `perMs` knows; the rest of 1 is not known yet.

  /** So many bytes are there at `now`. Fewer than before: it begins anew from there. */
  add(bytes: number, now: number): void {
    if (this.startedAt === undefined || bytes < this.bytes || now < this.at) {
      this.reset();
      this.startedAt = now;
      this.at = now;
      this.bytes = bytes;
      return;
    }
    const passed = now - this.at;
    if (passed < STEP_MS) return;
    const fade = Math.exp(-passed / SMOOTH_MS);
    this.perMs = this.perMs * fade + ((bytes - this.bytes) / passed) * (1 - fade);
    this.weight = this.weight * fade + (1 - fade);
    this.at = now;
    this.bytes = bytes;
  }

  reset(): void {
    this.startedAt = undefined;
    this.perMs = 0;
    this.weight = 0;
  }

  /** Nothing within the first second, and when it stands still. */
  get bytesPerSecond(): number | undefined {
    if (this.startedAt === undefined || this.at - this.startedAt < FIRST_MS) return undefined;
    const perSecond = (this.perMs / this.weight) * 1000;
    return perSecond >= 1 ? perSecond : undefined;
  }

  secondsFor(bytes: number): number | undefined {
    const speed = this.bytesPerSecond;
    return speed === undefined ? undefined : Math.max(0, bytes) / speed;
  }
}
