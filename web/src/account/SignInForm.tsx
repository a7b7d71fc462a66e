// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api } from '../api/client';
import type { Account } from '../api/types';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Notice } from '../ui/Notice';
import { AskButton } from './AskButton';
import { emailFault, tidyEmail } from './credentials';
import { PasswordField } from './PasswordField';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useFields } from './use_fields';

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onSignedIn: (account: Account) => void;
}

export function SignInForm({ email, onEmail, onSignedIn }: Props) {
  const t = useTexts();
  const [password, setPassword] = useState('');
  const [mailed, setMailed] = useState(false);
  const { busy, error, ask } = useAsking();

  const login = async (): Promise<Account> => {
    try {
      return await api.login(tidyEmail(email), password);
    } catch (caught) {
      setPassword(''); // Whatever was wrong, it is written anew.
      throw caught;
    }
  };
  const { faults, submit } = useFields(
    { email: emailFault(email, t), password: password ? undefined : t.account.passwordNeeded },
    () => void ask(login, onSignedIn),
  );
  const sent = { ...faults, ...(error && { password: undefined }) }; // One complaint at a time.

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4" aria-label={t.account.signIn}>
      <Field label={t.account.email} type="email" name="email" autoComplete="username" inputMode="email"
        autoCapitalize="none" spellCheck={false} value={email} error={faults.email}
        onChange={(event) => onEmail(event.target.value)} />
      <PasswordField label={t.account.password} kind="current-password" value={password} onChange={setPassword}
        error={sent.password} />
      <Said error={error} />
      {mailed && <Notice>{t.account.verifySent(tidyEmail(email))}</Notice>}
      {error?.code === 'email_not_verified' && (
        <Button onClick={() => void ask(() => api.sendVerifyMail(tidyEmail(email)), () => setMailed(true))}>
          {t.account.verifyAgain}
        </Button>
      )}
      <AskButton main type="submit" busy={busy}>
        {busy ? t.loading : t.account.signIn}
      </AskButton>
    </form>
  );
}
