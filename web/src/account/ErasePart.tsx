// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api, links } from '../api/client';
import { go } from '../app/route';
import { signedOut } from '../app/session';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Confirm } from './Confirm';
import { Part } from './Page';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useBackTo } from './use_back_to';

/** What is kept of somebody: to take along, or to have gone. */
export function ErasePart() {
  const t = useTexts();
  const [sure, setSure] = useState(false);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string>();
  const { busy, error, ask } = useAsking();
  const around = useBackTo<HTMLDivElement>(sure);

  const erase = () => {
    const isMeant = typed.trim().toLowerCase() === t.account.eraseWord;
    setFault(isMeant ? undefined : t.account.eraseType(t.account.eraseWord));
    if (!isMeant) return;
    void ask(api.eraseMe, () => {
      go('/', { replace: true });
      signedOut();
    });
  };
  const keep = () => {
    setSure(false);
    setTyped('');
    setFault(undefined);
  };

  return (
    <Part name={t.account.data}>
      <div>
        <a href={links.export} download className="text-accent-text underline underline-offset-4">
          {t.account.exportAll}
        </a>
        <p className="text-small text-soft">{t.account.exportSays}</p>
      </div>
      <Said error={error} />
      <div ref={around} className="flex flex-col">
        {sure ? (
          <Confirm question={t.account.eraseSure} yes={t.account.eraseYes} busy={busy} onYes={erase} onNo={keep}>
            <div className="max-w-[22rem]">
              <Field label={t.account.eraseType(t.account.eraseWord)} autoComplete="off" autoCapitalize="none"
                spellCheck={false} value={typed} error={fault} onChange={(event) => setTyped(event.target.value)} />
            </div>
          </Confirm>
        ) : (
          <Button data-back danger className="self-start" onClick={() => setSure(true)}>
            {t.account.erase}
          </Button>
        )}
      </div>
    </Part>
  );
}
