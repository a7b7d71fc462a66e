// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'react';
import { useTexts } from '../text';
import { Button } from '../ui/Button';

/** All keys, over the page. The dialog's own ways close it: escape, and the button. */
export function KeysHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const { keys } = t.stage;
  const rows: [string, string][] = [
    ['␣', keys.space], ['← →', keys.arrows], ['⇧ ← →', keys.shiftArrows], ['n p', keys.review], ['z', keys.undo],
    ['x', keys.notThis], ['1 – 6', keys.objects], ['b', keys.compare], ['alt ← → ↑ ↓', keys.cross], ['↵', keys.tap],
    ['⌫ del', keys.removeBox], ['?', keys.all],
  ];
  const boxRows: [string, string][] = [
    ['⇥', keys.toBox], ['← → ↑ ↓', keys.moveBox], ['alt ← → ↑ ↓', keys.sizeBox], ['↵', keys.keepBox], ['esc', keys.leaveBox],
  ];
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={keys.title}
      className="w-[min(28rem,92vw)] rounded border border-line bg-paper p-5 text-ink shadow-sheet backdrop:bg-table/70">
      <h2 className="mb-3 font-semibold">{keys.title}</h2>
      <Rows of={rows} />
      <h3 className="mb-1 font-semibold">{keys.onBox}</h3>
      <Rows of={boxRows} />
      <div className="sticky -bottom-5 -mx-5 -mb-5 bg-paper px-5 pb-5 pt-2">
        <Button onClick={onClose} className="w-full">{t.close}</Button>
      </div>
    </dialog>
  );
}

function Rows({ of }: { of: readonly (readonly [string, string])[] }) {
  return (
    <dl className="mb-4 grid grid-cols-[8rem_1fr] gap-y-1">
      {of.map(([key, says]) => (
        <div key={key} className="contents">
          <dt><kbd className="font-sans">{key}</kbd></dt>
          <dd className="text-soft">{says}</dd>
        </div>
      ))}
    </dl>
  );
}
