// SPDX-License-Identifier: Apache-2.0
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { AskButton } from './AskButton';

interface Props {
  question: string;
  yes: string;
  busy: boolean;
  onYes: () => void;
  onNo: () => void;
  children?: ReactNode;
}

/** The second step of what cannot be taken back. It comes up with the way out in hand; Escape is that way, too. */
export function Confirm({ question, yes, busy, onYes, onNo, children }: Props) {
  const t = useTexts();
  const id = useId();
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.querySelector<HTMLElement>('input, [data-no]')?.focus(), []);

  useEffect(() => {
    const shown = group.current;
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onNo();
    };
    shown?.addEventListener('keydown', leave);
    return () => shown?.removeEventListener('keydown', leave);
  }, [onNo]);

  return (
    <div ref={group} role="group" aria-labelledby={id} className="flex flex-col gap-3 border-l-2 border-wrong pl-3">
      <p id={id} className="break-words">
        {question}
      </p>
      {children}
      <div className="flex flex-wrap gap-2">
        <AskButton danger busy={busy} onClick={onYes}>
          {yes}
        </AskButton>
        <Button data-no onClick={onNo}>
          {t.account.keepIt}
        </Button>
      </div>
    </div>
  );
}
