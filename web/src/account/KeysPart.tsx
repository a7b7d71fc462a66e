// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState } from 'react';
import { api } from '../api/client';
import type { ApiKey, ShownApiKey } from '../api/types';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { AskButton } from './AskButton';
import { KeyRow } from './KeyRow';
import { NewKey } from './NewKey';
import { Part } from './Page';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useBackTo } from './use_back_to';
import { useFields } from './use_fields';

/** API keys: made, shown once, revoked. */
export function KeysPart() {
  const t = useTexts();
  const [keys, setKeys] = useState<ApiKey[]>();
  const [made, setMade] = useState<ShownApiKey>();
  const [name, setName] = useState('');
  const [said, setSaid] = useState('');
  const loading = useAsking();
  const making = useAsking();
  const below = useBackTo<HTMLDivElement>(made !== undefined);
  const toForm = () => below.current?.querySelector('input')?.focus();

  const { ask: load } = loading;
  const look = useCallback(() => void load(() => api.keys(), (answer) => setKeys(answer.keys)), [load]);
  useEffect(look, [look]);

  const { faults, submit } = useFields({ 'key-name': name.trim() ? undefined : t.account.keyNameNeeded }, () =>
    void making.ask(() => api.makeKey(name.trim()), (key) => {
      setMade(key);
      setName('');
      setKeys((known) => [key, ...(known ?? [])]);
    }),
  );

  return (
    <Part name={t.account.keys}>
      <p className="text-small text-soft">{t.account.keysSays}</p>
      <Said error={loading.error} />
      {loading.error && <Button onClick={look}>{t.again}</Button>}
      {!keys && loading.busy && <p className="text-soft">{t.loading}</p>}
      {keys?.length === 0 && <p className="text-soft">{t.account.noKeys}</p>}
      {keys && keys.length > 0 && (
        <ul className="border-b border-line">
          {keys.map((key) => (
            <KeyRow
              key={key.keyId}
              apiKey={key}
              onRevoked={() => {
                setKeys(keys.filter((other) => other.keyId !== key.keyId));
                if (made?.keyId === key.keyId) setMade(undefined);
                setSaid(t.account.revoked(key.name));
                toForm();
              }}
            />
          ))}
        </ul>
      )}
      <p role="status" className={said ? 'text-small text-soft' : 'sr-only'}>
        {said}
      </p>
      <div ref={below}>
        {made ? (
          <NewKey made={made} onDone={() => setMade(undefined)} />
        ) : (
          <form noValidate onSubmit={submit} aria-label={t.account.makeKey}
            className="flex flex-col gap-3 wide:max-w-[22rem]">
            <Field label={t.account.keyName} name="key-name" data-back maxLength={100} autoComplete="off" value={name}
              error={faults['key-name']} onChange={(event) => setName(event.target.value)} />
            <Said error={making.error} />
            <AskButton type="submit" busy={making.busy} className="self-start">
              {t.account.makeKey}
            </AskButton>
          </form>
        )}
      </div>
    </Part>
  );
}
