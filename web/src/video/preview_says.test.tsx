// SPDX-License-Identifier: Apache-2.0
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CandidateScale } from '../api/types';
import type { Found, PreviewState } from '../work/use_previews';
import { PreviewSays } from './PreviewSays';

const mask: Found = { mask: { object: 1, size: { width: 4, height: 4 }, loops: [] }, confidence: 0.9 };
const found: PreviewState = { state: 'found', found: { object: mask, part: mask } };
const onLook = vi.fn<(scale?: CandidateScale) => void>();
const onChoose = vi.fn<(scale: CandidateScale) => void>();
const says = (state: PreviewState) => <PreviewSays object={1} state={state} scale="object" onLook={onLook} onChoose={onChoose} />;

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

describe('What came of a tap', () => {
  it('may be chosen among the scales that were found, and no others', () => {
    render(says(found));
    expect(screen.getAllByRole('radio')).toHaveLength(2);
    fireEvent.click(screen.getByRole('radio', { name: 'A part' }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith('part');
  });

  it('asks nothing where only one thing can be meant', () => {
    render(says({ state: 'found', found: { object: mask } }));
    expect(screen.queryByRole('radio')).toBeNull();
  });

  it('is looked at while the pointer is on it, and no longer than it is there', () => {
    const { rerender } = render(says(found));
    fireEvent.pointerEnter(screen.getByText('A part'));
    expect(onLook).toHaveBeenLastCalledWith('part');
    rerender(says({ state: 'thinking' }));
    expect(onLook).toHaveBeenLastCalledWith();
  });
});
