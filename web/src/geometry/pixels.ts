// SPDX-License-Identifier: Apache-2.0
// Three kinds of pixels that must never be mixed up. Only `Fit` makes one of another.

declare const kind: unique symbol;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** In CSS pixels, from the top left corner of the stage. */
export type BrowserPoint = Place & { readonly [kind]: 'browser' };
/** In pixels of the shown frame: upright, square, 0 <= x < width. What the HTTP interface calls a point. */
export type FramePoint = Place & { readonly [kind]: 'frame' };
/** In upright stored pixels, as masks are: square or not. */
export type MaskPoint = Place & { readonly [kind]: 'mask' };

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const browserPoint = (x: number, y: number): BrowserPoint => ({ x, y }) as BrowserPoint;
export const framePoint = (x: number, y: number): FramePoint => ({ x, y }) as FramePoint;
export const maskPoint = (x: number, y: number): MaskPoint => ({ x, y }) as MaskPoint;
