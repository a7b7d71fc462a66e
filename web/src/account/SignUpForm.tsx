// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api } from '../api/client';
import type { Account } from '../api/types';
import { useTexts } from '../text';
import { Field } from '../ui/Field';
import { AskButton } from './AskButton';
import { emailFault, passwordFault, tidyEmail } from './credentials';
import { PasswordField } from './PasswordField';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useFields } from './use_fields';

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onSignedIn: (account: Account) => void;
  onMailSent: () => void;
}

/** Where the server sends no mail the account holds at once, and whoever made it is signed in. */
export function SignUpForm({ email, onEmail, onSignedIn, onMailSent }: Props) {
  const t = useTexts();
  const [password, setPassword] = useState('');
  const { busy, error, ask } = useAsking();

  const register = async (): Promise<Account | undefined> => {
    const made = await api.register(tidyEmail(email), password);
    return made.isVerified ? await api.login(tidyEmail(email), password) : undefined;
  };
  const { faults, submit } = useFields({ email: emailFault(email, t), password: passwordFault(password, t) }, () =>
    void ask(register, (account) => (account ? onSignedIn(account) : onMailSent())),
  );

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4" aria-label={t.account.signUp}>
      <Field label={t.account.email} type="email" name="email" autoComplete="username" inputMode="email"
        autoCapitalize="none" spellCheck={false} value={email} error={faults.email}
        onChange={(event) => onEmail(event.target.value)} />
      <PasswordField label={t.account.password} kind="new-password" value={password} onChange={setPassword}
        help={t.account.passwordRule} error={faults.password} />
      <Said error={error} />
      <AskButton main type="submit" busy={busy}>
        {busy ? t.loading : t.account.signUp}
      </AskButton>
    </form>
  );
}
