// SPDX-License-Identifier: Apache-2.0
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fit } from '../geometry/fit';
import { PointLayer } from './PointLayer';
import type { ShownBox } from './shown';

const fit = new Fit({ width: 960, height: 540 }, { width: 480, height: 270 });
const box: ShownBox = { x: 100, y: 50, width: 40, height: 30, object: 2, how: 'drawn' };
const nothing = () => undefined;

function shown(boxes: readonly ShownBox[], editsBoxes = true) {
  const onBox = vi.fn<(box: ShownBox, goesOn: boolean) => void>();
  const onChoose = vi.fn<(object: number) => void>();
  const onPage = vi.fn<(key: string) => void>();
  render(
    // The page's own keys, which are heard of what no box took.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onKeyDown={(event) => onPage(event.key)}>
      <PointLayer fit={fit} points={[]} boxes={boxes} object={1} editsBoxes={editsBoxes} drawsBox={false} label="stage"
        onTap={nothing} onBox={onBox} onChoose={onChoose} onPan={nothing} onZoom={nothing} />
    </div>,
  );
  return { onBox, onChoose, onPage };
}

describe('a box by keys', () => {
  afterEach(cleanup);

  it('becomes the current object’s when it has the focus, and says where it is', () => {
    const { onChoose } = shown([box]);
    screen.getByRole('group', { name: 'Box around object 2: 100 from the left, 50 from the top, 40 wide, 30 high' }).focus();
    expect(onChoose).toHaveBeenCalledWith(2);
  });

  it('moves with arrows, with alt its corner does, with shift by ten; the page does not hear of it', () => {
    const { onBox, onPage } = shown([box]);
    const at = screen.getByRole('group');
    const moved = (init: object) => {
      fireEvent.keyDown(at, init);
      return onBox.mock.lastCall;
    };
    expect(moved({ key: 'ArrowRight' })).toEqual([{ ...box, x: 101 }, false]);
    expect(moved({ key: 'ArrowUp', shiftKey: true, repeat: true })).toEqual([{ ...box, y: 40 }, true]);
    expect(moved({ key: 'ArrowLeft', altKey: true })).toEqual([{ ...box, width: 39 }, false]);
    expect(moved({ key: 'ArrowDown', altKey: true, shiftKey: true })).toEqual([{ ...box, height: 40 }, false]);
    expect(onPage).not.toHaveBeenCalled();
    expect(screen.getByRole('status').textContent).toContain('40 high');
  });

  it('is drawn here from a dashed one', () => {
    const { onBox } = shown([{ ...box, how: 'between' }]);
    fireEvent.keyDown(screen.getByRole('group', { name: /on its way/ }), { key: 'Enter' });
    expect(onBox).toHaveBeenCalledWith(box, false);
  });

  it('lets the page have all other keys, and is left with escape', () => {
    const { onBox, onPage } = shown([box]);
    const at = screen.getByRole('group');
    at.focus();
    for (const key of ['z', ' ', 'Delete', '2']) fireEvent.keyDown(at, { key });
    expect(onPage.mock.calls.flat()).toEqual(['z', ' ', 'Delete', '2']);
    fireEvent.keyDown(at, { key: 'Escape' });
    expect(document.activeElement).toBe(screen.getByRole('application'));
    expect(onBox).not.toHaveBeenCalled();
  });

  it('stands still while the video plays', () => {
    const { onBox, onPage } = shown([box], false);
    fireEvent.keyDown(screen.getByRole('group'), { key: 'ArrowRight' });
    expect(onBox).not.toHaveBeenCalled();
    expect(onPage).toHaveBeenCalledWith('ArrowRight');
  });
});
