// SPDX-License-Identifier: Apache-2.0
import Plyr from 'plyr';
import type { FrameClock } from '../frame/frame_clock';
import type { FrameTimes } from '../frame/frame_times';

/** Plays a video, says on the clock which frame is on the screen, and shows those that are asked for. */
export class Media {
  private readonly plyr: Plyr;
  private aim: number | undefined; // The frame that was asked for last, until it is there;
  private next: number | undefined; // and the one that is on its way.
  private callback = 0;
  private readonly ends: (() => void)[] = [];

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly times: FrameTimes,
    private readonly clock: FrameClock,
  ) {
    // Of Plyr only what plays: its own controls would lie over the frame, which is to be tapped. All it
    // might load comes from nowhere else.
    this.plyr = new Plyr(video, {
      controls: [], clickToPlay: false, keyboard: { focused: false, global: false }, loadSprite: false, blankVideo: '',
      storage: { enabled: false }, fullscreen: { enabled: false }, ratio: undefined as never,
    });
    this.ends.push(clock.answerSeeks((frame) => this.seek(frame)));
    this.listen('seeked', () => this.settled());
    this.listen('loadeddata', () => this.settled());
    this.listen('timeupdate', () => this.watchesFrames || this.say(this.video.currentTime));
    this.watch();
  }

  get isPlaying(): boolean {
    return !this.video.paused && !this.video.ended;
  }

  toggle(): void {
    if (this.isPlaying) this.plyr.pause();
    else void Promise.resolve(this.plyr.play()).catch(() => undefined); // The browser wants a tap first.
  }

  /** By so many frames, standing still. */
  step(frames: number): void {
    this.plyr.pause();
    this.seek((this.aim ?? this.clock.frame) + frames);
  }

  seek(frame: number): void {
    this.aim = Math.min(this.times.frames - 1, Math.max(0, frame));
    if (!this.video.seeking) this.goTo(this.aim);
  }

  destroy(): void {
    for (const end of this.ends) end();
    if (this.watchesFrames) this.video.cancelVideoFrameCallback(this.callback);
    this.plyr.destroy();
  }

  private get watchesFrames(): boolean {
    return 'requestVideoFrameCallback' in this.video;
  }

  private watch(): void {
    if (!this.watchesFrames) return;
    this.callback = this.video.requestVideoFrameCallback((_, shown) => {
      this.say(shown.mediaTime);
      this.watch();
    });
  }

  private goTo(frame: number): void {
    this.next = frame;
    this.video.currentTime = this.times.inside(frame);
    if (!this.watchesFrames) this.clock.show(frame);
  }

  private settled(): void {
    if (this.aim !== undefined && this.aim !== this.next) {
      this.goTo(this.aim);
      return;
    }
    this.aim = undefined;
    if (!this.isPlaying) this.clock.show(this.times.at(this.video.currentTime));
  }

  private say(seconds: number): void {
    this.clock.show(this.times.at(seconds));
  }

  private listen(event: keyof HTMLMediaElementEventMap, listener: () => void): void {
    this.video.addEventListener(event, listener);
    this.ends.push(() => this.video.removeEventListener(event, listener));
  }
}
