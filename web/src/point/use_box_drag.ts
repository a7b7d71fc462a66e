// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from 'react';
import { boxBetween, dragged, type Grip } from '../geometry/box';
import type { Fit } from '../geometry/fit';
import type { BrowserPoint } from '../geometry/pixels';
import { gripAt } from './grip';
import type { ShownBox } from './shown';

interface Options {
  fit: Fit;
  boxes: readonly ShownBox[];
  object: number;
  edits: boolean;
  draws: boolean;
  onBox: (box: ShownBox) => void;
}

/** Boxes that are moved, resized and drawn. `live` is what it will be when the finger lets go. */
export function useBoxDrag({ fit, boxes, object, edits, draws, onBox }: Options) {
  const held = useRef<{ box: ShownBox; grip: Grip } | undefined>(undefined);
  const now = useRef<ShownBox | undefined>(undefined); // As `live`, which is not there before the next rendering.
  const [live, setLive] = useState<ShownBox>();

  function show(box: ShownBox | undefined): void {
    now.current = box;
    setLive(box);
  }

  /** The box under the finger; that of the current object comes first. Who draws can do so over the others. */
  function under(at: BrowserPoint): { box: ShownBox; grip: Grip } | undefined {
    if (!edits) return undefined;
    const mine = boxes.filter((box) => box.object === object);
    const others = draws ? [] : boxes.filter((box) => box.object !== object);
    for (const box of [...mine, ...others]) {
      const grip = gripAt(fit, box, at);
      if (grip) return { box, grip };
    }
    return undefined;
  }

  /** True when it is a box that is dragged. */
  function drag(from: BrowserPoint, at: BrowserPoint): boolean {
    if (held.current) {
      const { box, grip } = held.current;
      const by = { x: (at.x - from.x) / fit.scale, y: (at.y - from.y) / fit.scale };
      show({ ...dragged(box, grip, by, fit.frame), object: box.object, how: 'drawn' });
      return true;
    }
    if (!edits || !draws) return false;
    const box = boxBetween(fit.toFrame(from), fit.toFrame(at), fit.frame);
    show(box && { ...box, object, how: 'drawn' });
    return true;
  }

  function end(): void {
    held.current = undefined;
    show(undefined);
  }

  return {
    live,
    under,
    press: (at: BrowserPoint) => {
      held.current = under(at);
    },
    drag,
    drop: () => {
      if (now.current) onBox(now.current);
      end();
    },
    giveUp: end,
  };
}
