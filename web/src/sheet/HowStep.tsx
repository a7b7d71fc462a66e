// SPDX-License-Identifier: Apache-2.0
import { useId } from 'react';
import type { Codec, Config, Mode, OnLost, Style } from '../api/types';
import type { FrameTimes } from '../frame/frame_times';
import { useTexts } from '../text';
import { clockText } from '../text/format';
import { Button, TextButton } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Notice } from '../ui/Notice';
import { onLostChoices, onLostOf, withoutSpan, withSpan, type How } from './how';

const CODECS: readonly Codec[] = ['auto', 'h264', 'hevc', 'lossless'];

interface Props {
  config: Config;
  hasAudio: boolean;
  how: How;
  times: FrameTimes;
  /** On the screen. */
  frame: number;
  canGo: boolean;
  busy: boolean;
  onChange: (how: How) => void;
  onGo: () => void;
}

/** Hide or erase, in which style, with one honest sentence each; the rest is folded away. */
export function HowStep({ config, hasAudio, how, times, frame, canGo, busy, onChange, onGo }: Props) {
  const t = useTexts();
  const set = (change: Partial<How>) => onChange({ ...how, ...change });
  const onLost = onLostChoices(how);
  const option = <Name extends string>(value: Name, label: string, says?: string) => ({ value, label, ...(says && { says }) });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (canGo && !busy) onGo();
      }}
    >
      <Choice<Mode>
        label={t.work.how}
        value={how.mode}
        options={config.modes.map((mode) => option(mode, t.work.modes[mode], t.work.modeSays[mode]))}
        onChange={(mode) => set({ mode, invert: mode === 'magic_eraser' ? false : how.invert })}
      />
      {how.mode === 'privacy_blur' && (
        <Choice<Style>
          label={t.work.protects}
          value={how.style}
          options={config.styles.map((style) => option(style, t.work.styles[style], t.work.styleSays[style]))}
          onChange={(style) => set({ style })}
        />
      )}
      <details className="border-t border-line pt-3">
        <summary className="min-h-8 cursor-pointer">{t.work.settings}</summary>
        <div className="flex flex-col gap-4 pt-3">
          {hasAudio && (
            <Choice<How['audio']>
              label={t.work.audioSays}
              value={how.audio}
              options={(['keep', 'mute', 'drop'] as const).map((audio) => option(audio, t.work.audios[audio]))}
              onChange={(audio) => set({ audio })}
            />
          )}
          <Check label={t.work.shadow} checked={how.shadow} onChange={(shadow) => set({ shadow, invert: false })} />
          {how.mode === 'privacy_blur' && (
            <Check label={t.work.invert} checked={how.invert} onChange={(invert) => set({ invert, shadow: false })} />
          )}
          {onLost.length > 0 && (
            <Choice<OnLost>
              label={t.work.onLost[how.mode]}
              value={onLostOf(how)}
              options={onLost.map((each) => option(each, t.work.onLosts[each], t.work.onLostSays[each]))}
              onChange={(chosen) => set({ onLost: chosen })}
            />
          )}
          <Choice<Codec>
            label={t.work.file}
            value={how.codec}
            options={CODECS.map((codec) => option(codec, t.work.codecs[codec], t.work.codecSays[codec]))}
            onChange={(codec) => set({ codec })}
          />
          <div className="flex flex-wrap items-center gap-x-4">
            <span className="text-small text-soft">
              {t.work.span}: {how.fromFrame === undefined && how.toFrame === undefined
                ? t.work.spanWhole
                : `${clockText(times.begin(how.fromFrame ?? 0))} – ${clockText(times.begin((how.toFrame ?? times.frames - 1) + 1))}`}
            </span>
            <TextButton onClick={() => onChange(withSpan(how, { fromFrame: frame }))}>{t.work.spanFrom}</TextButton>
            <TextButton onClick={() => onChange(withSpan(how, { toFrame: frame }))}>{t.work.spanTo}</TextButton>
            <TextButton onClick={() => onChange(withoutSpan(how))}>{t.work.spanWhole}</TextButton>
          </div>
        </div>
      </details>
      <div className="sticky -bottom-4 -mx-4 flex flex-col gap-3 bg-paper px-4 py-3">
        {onLostOf(how) === 'clear' && <Notice wrong>{t.work.clearWarning}</Notice>}
        <Button main type="submit" disabled={!canGo || busy} className="w-full">{t.work.go}</Button>
        {!canGo && <p className="text-small text-soft">{t.work.tapFirst}</p>}
      </div>
    </form>
  );
}

function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <div className="flex min-h-8 items-center gap-2">
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} className="accent-accent" />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
