// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

/**
 * The current frame: all that player, point layer, mask layer and strip know of each other. The
 * player says which frame is on the screen; the others ask for frames, and the player shows them.
 */
export class FrameClock {
  private shown = 0;
  private readonly listeners = new Set<() => void>();
  private seeker: ((frame: number) => void) | undefined;

  get frame(): number {
    return this.shown;
  }

  /** By the player: this frame is on the screen now. */
  show(frame: number): void {
    if (frame === this.shown) return;
    this.shown = frame;
    for (const listener of this.listeners) listener();
  }

  /** By everybody else. Without a player nothing happens. */
  seek(frame: number): void {
    this.seeker?.(frame);
  }

  /** By the player, once; returns how to end it. */
  answerSeeks(seeker: (frame: number) => void): () => void {
    this.seeker = seeker;
    return () => {
      if (this.seeker === seeker) this.seeker = undefined;
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export function useFrame(clock: FrameClock): number {
  return useSyncExternalStore(clock.subscribe, () => clock.frame);
}
