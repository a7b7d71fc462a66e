// SPDX-License-Identifier: Apache-2.0

type Runs = readonly (readonly [count: number, ticks: number])[];

/** When each frame of a video is shown: the one place where media times become frame numbers. */
export class FrameTimes {
  readonly frames: number;
  private readonly timescale: number;
  private readonly firstFrames: number[] = []; // Of each run,
  private readonly firstTicks: number[] = []; // and when it begins.
  private readonly runs: Runs;
  private readonly end: number; // In ticks.

  constructor(timescale: number, runs: Runs) {
    this.timescale = timescale;
    this.runs = runs;
    let frame = 0;
    let tick = 0;
    for (const [count, ticks] of runs) {
      this.firstFrames.push(frame);
      this.firstTicks.push(tick);
      frame += count;
      tick += count * ticks;
    }
    this.frames = frame;
    this.end = tick;
  }

  /** Of a video whose times are not known: as if its frames came evenly. */
  static even(frames: number, framesPerSecond: number): FrameTimes {
    return new FrameTimes(Math.max(1, Math.round(framesPerSecond * 1000)), [[Math.max(1, frames), 1000]]);
  }

  get seconds(): number {
    return this.end / this.timescale;
  }

  /** When frame `frame` begins, in seconds of the player. */
  begin(frame: number): number {
    const run = lastNotAbove(this.firstFrames, frame);
    const inRun = frame - (this.firstFrames[run] ?? 0);
    return ((this.firstTicks[run] ?? 0) + inRun * (this.runs[run]?.[1] ?? 0)) / this.timescale;
  }

  /** A time that is well inside the frame: where a player has to seek to show it. */
  inside(frame: number): number {
    return (this.begin(frame) + this.begin(frame + 1)) / 2;
  }

  /** The frame that is shown at `seconds`, 0 to frames - 1. */
  at(seconds: number): number {
    // What players say of a frame's time is rounded, to microseconds or to ticks of the proxy.
    const tick = Math.round((seconds + 0.0006) * this.timescale * 1e6) / 1e6;
    const run = lastNotAbove(this.firstTicks, tick);
    const ticks = this.runs[run]?.[1] ?? 0;
    const inRun = ticks > 0 ? Math.floor((tick - (this.firstTicks[run] ?? 0)) / ticks) : 0;
    const frame = (this.firstFrames[run] ?? 0) + inRun;
    return Math.min(this.frames - 1, Math.max(0, frame));
  }
}

/** The last entry that is not above `value`; 0 when all are. */
function lastNotAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}

