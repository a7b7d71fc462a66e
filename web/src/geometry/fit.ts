// SPDX-License-Identifier: Apache-2.0
import { browserPoint, framePoint, type BrowserPoint, type FramePoint, type Size } from './pixels';

/** How far the picture is zoomed in, and which place of the frame is in the middle of the stage. */
export interface View {
  readonly zoom: number; // 1: the whole frame is seen.
  readonly center: FramePoint;
}

export const MOST_ZOOM = 16;

export const wholeView = (frame: Size): View => ({
  zoom: 1,
  center: framePoint(frame.width / 2, frame.height / 2),
});

/** Where the frame lies on the stage: the one converter between browser pixels and frame pixels. */
export class Fit {
  /** CSS pixels of the stage that one frame pixel takes. */
  readonly scale: number;
  /** Of the frame's top left corner. */
  readonly left: number;
  readonly top: number;

  constructor(
    readonly stage: Size,
    readonly frame: Size,
    view: View = wholeView(frame),
  ) {
    const whole = Math.min(stage.width / frame.width, stage.height / frame.height);
    this.scale = Math.max(whole, Number.MIN_VALUE) * view.zoom;
    this.left = stage.width / 2 - view.center.x * this.scale;
    this.top = stage.height / 2 - view.center.y * this.scale;
  }

  toBrowser(point: FramePoint): BrowserPoint {
    return browserPoint(this.left + point.x * this.scale, this.top + point.y * this.scale);
  }

  toFrame(point: BrowserPoint): FramePoint {
    return framePoint((point.x - this.left) / this.scale, (point.y - this.top) / this.scale);
  }

  /** What was tapped; nothing beside the frame. */
  tapped(point: BrowserPoint): FramePoint | undefined {
    const at = this.toFrame(point);
    const inside = at.x >= 0 && at.y >= 0 && at.x < this.frame.width && at.y < this.frame.height;
    return inside ? at : undefined;
  }
}

/** `view`, but with `zoom`, so that the place under `at` stays where it is; never beyond the frame's edges. */
export function zoomAt(stage: Size, frame: Size, view: View, at: BrowserPoint, zoom: number): View {
  const next = Math.min(MOST_ZOOM, Math.max(1, zoom));
  const place = new Fit(stage, frame, view).toFrame(at);
  const scale = new Fit(stage, frame, { zoom: next, center: place }).scale;
  const center = framePoint(
    place.x - (at.x - stage.width / 2) / scale,
    place.y - (at.y - stage.height / 2) / scale,
  );
  return inside(stage, frame, { zoom: next, center });
}

/** Moved by so many CSS pixels; never beyond the frame's edges. */
export function panBy(stage: Size, frame: Size, view: View, dx: number, dy: number): View {
  const { scale } = new Fit(stage, frame, view);
  const center = framePoint(view.center.x - dx / scale, view.center.y - dy / scale);
  return inside(stage, frame, { zoom: view.zoom, center });
}

function inside(stage: Size, frame: Size, view: View): View {
  const { scale } = new Fit(stage, frame, view);
  const along = (center: number, length: number, seen: number) => {
    const half = seen / scale / 2;
    return half * 2 >= length ? length / 2 : Math.min(length - half, Math.max(half, center));
  };
  return {
    zoom: view.zoom,
    center: framePoint(
      along(view.center.x, frame.width, stage.width),
      along(view.center.y, frame.height, stage.height),
    ),
  };
}
