// SPDX-License-Identifier: Apache-2.0

/** How long it still takes, reckoned from how fast the last percents came. */
export class TimeLeft {
  private readonly seen: { at: number; progress: number }[] = [];

  /** `at`: milliseconds of any clock. Returns seconds; nothing while too little is known. */
  add(at: number, progress: number): number | undefined {
    const last = this.seen.at(-1);
    if (last && progress < last.progress) this.seen.length = 0; // Another attempt.
    if (progress !== last?.progress) this.seen.push({ at, progress });
    while (this.seen.length > 12) this.seen.shift();
    const first = this.seen[0];
    if (!first || progress - first.progress < 2 || at <= first.at) return undefined;
    return ((100 - progress) * (at - first.at)) / (progress - first.progress) / 1000;
  }
}
