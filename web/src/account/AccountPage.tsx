// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'react';
import { api } from '../api/client';
import { ApiError } from '../api/problem';
import type { Account, Config } from '../api/types';
import { go } from '../app/route';
import { signedIn, signedOut } from '../app/session';
import { setLanguage, useLanguage, useTexts, type Language } from '../text';
import { dayText } from '../text/format';
import { setTheme, useTheme, type Theme } from '../theme/theme';
import { Choice } from '../ui/Choice';
import { AskButton } from './AskButton';
import { ErasePart } from './ErasePart';
import { KeysPart } from './KeysPart';
import { Column, Part, Title } from './Page';
import { QuotaPart } from './QuotaPart';
import { Said } from './Said';
import { useAsking } from './use_asking';

/** Who somebody is here, what they may, and what is kept of them. */
export function AccountPage({ account, config }: { account: Account; config: Config }) {
  const t = useTexts();
  const { ask: refresh } = useAsking();
  useEffect(() => void refresh(() => api.me(), signedIn), [refresh]);

  return (
    <Column>
      <div className="pb-8">
        <Title>{t.account.title}</Title>
      </div>
      <WhoPart account={account} />
      <QuotaPart account={account} config={config} />
      <KeysPart />
      <PagePart />
      <ErasePart />
    </Column>
  );
}

const logout = async (): Promise<void> => {
  try {
    await api.logout();
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.status === 401)) throw caught; // Signed out already.
  }
};

function WhoPart({ account }: { account: Account }) {
  const t = useTexts();
  const { busy, error, ask } = useAsking();
  return (
    <Part name={t.account.who}>
      <div>
        <p className="break-words">{account.email ?? t.account.localOwner}</p>
        <p className="text-small text-soft">
          {t.account.tier}: {t.account.tiers[account.tierType]} · {t.account.since(dayText(account.createdAt))}
        </p>
      </div>
      <Said error={error} />
      <AskButton
        className="self-start"
        busy={busy}
        onClick={() =>
          void ask(logout, () => {
            go('/', { replace: true });
            signedOut();
          })
        }
      >
        {t.account.signOut}
      </AskButton>
    </Part>
  );
}

/** How the page speaks and looks, in this browser. */
function PagePart() {
  const t = useTexts();
  const language = useLanguage();
  const theme = useTheme();
  return (
    <Part name={t.account.page}>
      <div className="grid gap-6 wide:grid-cols-2">
        <Choice<Language> label={t.language.label} value={language} onChange={setLanguage}
          options={[{ value: 'en', label: t.language.en }, { value: 'de', label: t.language.de }]} />
        <Choice<Theme> label={t.account.theme} value={theme} onChange={setTheme}
          options={[
            { value: 'system', label: t.theme.system },
            { value: 'light', label: t.theme.light },
            { value: 'dark', label: t.theme.dark },
          ]} />
      </div>
      <a href="/licenses.txt" className="self-start text-small text-soft underline underline-offset-4">{t.account.licenses}</a>
    </Part>
  );
}
