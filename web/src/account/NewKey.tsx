// SPDX-License-Identifier: Apache-2.0
import { useEffect, useId, useRef, useState } from 'react';
import type { ShownApiKey } from '../api/types';
import { useTexts } from '../text';
import { Button } from '../ui/Button';

/** A key, the one time that it is shown. */
export function NewKey({ made, onDone }: { made: ShownApiKey; onDone: () => void }) {
  const t = useTexts();
  const id = useId();
  const [copied, setCopied] = useState<boolean>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.key);
      setCopied(true);
    } catch {
      setCopied(false); // Not allowed, or no secure origin.
      input.current?.select();
    }
  };

  return (
    <div className="flex flex-col gap-3 border-l-2 border-accent pl-3">
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-small text-soft">
          {t.account.keyIs(made.name)}
        </label>
        <input ref={input} id={id} readOnly value={made.key} aria-describedby={`${id}-once`} spellCheck={false}
          onFocus={(event) => event.target.select()}
          className="min-h-11 w-full rounded border border-line bg-table px-3" />
        <p id={`${id}-once`}>{t.account.keyShownOnce}</p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => void copy()}>{copied ? t.copied : t.copy}</Button>
        <Button onClick={onDone}>{t.account.keyCopied}</Button>
      </div>
      <p role="status" className="text-small">
        {copied === false ? t.account.copyFailed : ''}
        <span className="sr-only">{copied ? t.copied : ''}</span>
      </p>
    </div>
  );
}
