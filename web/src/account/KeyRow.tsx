// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api } from '../api/client';
import { ApiError } from '../api/problem';
import type { ApiKey } from '../api/types';
import { useTexts } from '../text';
import { dateText } from '../text/format';
import { Confirm } from './Confirm';
import { QuietButton } from './QuietButton';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useBackTo } from './use_back_to';

const revoke = async (keyId: string): Promise<void> => {
  try {
    await api.revokeKey(keyId);
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.status === 404)) throw caught; // It is gone already: in another tab.
  }
};

export function KeyRow({ apiKey, onRevoked }: { apiKey: ApiKey; onRevoked: () => void }) {
  const t = useTexts();
  const [sure, setSure] = useState(false);
  const { busy, error, ask } = useAsking();
  const row = useBackTo<HTMLLIElement>(sure);
  return (
    <li ref={row} className="flex flex-col gap-3 border-t border-line py-3">
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <p className="break-words font-semibold">{apiKey.name}</p>
          <p className="text-small text-soft">
            {apiKey.prefix}… · {apiKey.lastUsedAt ? t.account.lastUsed(dateText(apiKey.lastUsedAt)) : t.account.neverUsed}
          </p>
        </div>
        {!sure && (
          <QuietButton data-back aria-label={t.account.revokeName(apiKey.name)} onClick={() => setSure(true)}>
            {t.account.revoke}
          </QuietButton>
        )}
      </div>
      {sure && (
        <Confirm question={`${t.account.revokeName(apiKey.name)}? ${t.account.revokeSure}`} yes={t.account.revoke}
          busy={busy} onNo={() => setSure(false)} onYes={() => void ask(() => revoke(apiKey.keyId), onRevoked)} />
      )}
      <Said error={error} />
    </li>
  );
}
