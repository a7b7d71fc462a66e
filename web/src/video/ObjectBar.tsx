// SPDX-License-Identifier: Apache-2.0
import { useTexts } from '../text';
import { boxIn, MOST_OBJECTS, objectsOf, type TapAction, type Taps } from '../work/taps';

interface Props {
  taps: Taps;
  frame: number;
  drawsBox: boolean;
  onAction: (action: TapAction) => void;
  onDrawsBox: (on: boolean) => void;
}

/** Which object the next tap is about, and what the tap says. */
export function ObjectBar({ taps, frame, drawsBox, onAction, onDrawsBox }: Props) {
  const t = useTexts();
  const objects = objectsOf(taps);
  const shown = objects.includes(taps.object) ? objects : [...objects, taps.object].sort((a, b) => a - b);
  const tool = 'min-h-10 shrink-0 px-3 rounded border text-small aria-pressed:border-accent-text aria-pressed:text-accent-text border-line disabled:opacity-40';
  return (
    <div className="flex items-center gap-2 overflow-x-auto wide:flex-wrap">
      {shown.map((object) => (
        <button
          key={object}
          type="button"
          aria-pressed={object === taps.object}
          className={tool}
          onClick={() => onAction({ do: 'choose', object })}
        >
          <span className={`object-${object} mr-2 inline-block h-3 w-3 rounded-full border border-ink align-[-1px]`}
            style={{ background: 'rgb(var(--object))' }} />
          {t.stage.object(object)}
        </button>
      ))}
      <button type="button" className={tool} disabled={objects.length >= MOST_OBJECTS || !objects.includes(taps.object)}
        onClick={() => onAction({ do: 'new object' })}>
        {t.stage.newObject}
      </button>
      <span className="h-6 shrink-0 border-l border-line" aria-hidden="true" />
      <button type="button" className={tool} aria-pressed={taps.notThis} title={t.stage.notThisHelp}
        disabled={!objects.includes(taps.object)} onClick={() => onAction({ do: 'not this', on: !taps.notThis })}>
        {t.stage.notThis}
      </button>
      <button type="button" className={tool} aria-pressed={drawsBox} title={t.stage.boxHelp}
        onClick={() => onDrawsBox(!drawsBox)}>
        {t.stage.box}
      </button>
      {boxIn(taps, frame, taps.object) && (
        <button type="button" className={tool} onClick={() => onAction({ do: 'remove box', frame })}>
          {t.stage.removeBox}
        </button>
      )}
      <button type="button" className={tool} disabled={taps.past.length === 0} onClick={() => onAction({ do: 'undo' })}>
        {t.stage.undo}
      </button>
    </div>
  );
}
