// SPDX-License-Identifier: Apache-2.0
import { useEffect, useId, useRef } from 'react';
import type { CandidateScale } from '../api/types';
import { useTexts } from '../text';
import { Notice, ProblemNotice } from '../ui/Notice';
import type { FoundScales, PreviewState } from '../work/use_previews';

const SCALES = ['part', 'object', 'group'] as const;

interface ChoiceProps {
  object: number;
  found: FoundScales;
  scale: CandidateScale;
  /** While the pointer is on one; nothing: no more. */
  onLook: (scale?: CandidateScale) => void;
  onChoose: (scale: CandidateScale) => void;
}
type Props = Omit<ChoiceProps, 'found'> & { state: PreviewState };

/** What came of the taps on one object; where they may mean more or less, which. */
export function PreviewSays({ state, ...choice }: Props) {
  const { object } = choice;
  const t = useTexts();
  if (state.state === 'failed') return <ProblemNotice error={state.error} />;
  if (state.state !== 'found') {
    return (
      <Notice wrong={state.state === 'nothing'}>
        {t.stage.object(object)}: {state.state === 'thinking' ? t.stage.thinking : t.stage.nothingFound}
      </Notice>
    );
  }
  return <ScaleChoice {...choice} found={state.found} />;
}

function ScaleChoice({ object, found, scale, onLook, onChoose }: ChoiceProps) {
  const t = useTexts();
  const name = useId();
  const look = useRef(onLook);
  look.current = onLook;
  useEffect(() => () => look.current(), []); // A pointer does not leave what is gone from under it.
  const scales = SCALES.filter((one) => found[one]);
  if (scales.length === 1) return null;
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-small text-soft">{t.stage.scale(object)}</legend>
      <div className="flex rounded border border-line">
        {scales.map((one) => (
          <label key={one} onPointerEnter={() => onLook(one)} onPointerLeave={() => onLook()}
            className="flex min-h-10 flex-1 cursor-pointer items-center justify-center border-line px-2 text-center text-small [&:not(:first-child)]:border-l has-[:checked]:font-semibold has-[:checked]:text-accent-text has-[:focus-visible]:outline has-[:focus-visible]:outline-2">
            <input type="radio" name={name} value={one} checked={one === scale} className="sr-only"
              onChange={() => {
                onLook();
                onChoose(one);
              }} />
            {t.stage.scales[one]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
