// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api } from '../api/client';
import { go } from '../app/route';
import { loadSession, signedOut } from '../app/session';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { AskButton } from './AskButton';
import { passwordFault } from './credentials';
import { useMailToken } from './mail_token';
import { MailForm } from './MailForm';
import { Panel, Title } from './Page';
import { PasswordField } from './PasswordField';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useFields } from './use_fields';

/** /reset?token=…: sets the password, which ends all sessions of the account. */
export function ResetPage({ token: given }: { token: string }) {
  const t = useTexts();
  const token = useMailToken(given);
  const { busy, error, ask } = useAsking();
  const [password, setPassword] = useState('');
  const [email, setEmail] = useState('');
  const [done, setDone] = useState(false);
  const { faults, submit } = useFields({ password: passwordFault(password, t) }, () =>
    void ask(() => api.setPassword(token, password), () => setDone(true)),
  );

  const bad = !token || error?.code === 'token_invalid';
  return (
    <Panel key={done ? 'done' : bad ? 'bad' : 'ask'}>
      <Title>{t.account.forgotTitle}</Title>
      {done ? (
        <>
          <Notice>{t.account.passwordSet}</Notice>
          <Button
            main
            onClick={() => {
              go('/', { replace: true });
              signedOut(); // This browser's session may be among those that ended: not by itself, so nothing is said of it.
              void loadSession();
            }}
          >
            {t.account.signIn}
          </Button>
        </>
      ) : bad ? (
        <>
          <Notice wrong>{token ? t.account.linkBad : t.account.linkNone}</Notice>
          <p>{t.account.linkFresh}</p>
          <MailForm email={email} onEmail={setEmail} send={api.sendResetMail} label={t.account.sendReset}
            sent={t.account.resetSent} />
        </>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4" aria-label={t.account.forgotTitle}>
          <PasswordField label={t.account.newPassword} kind="new-password" value={password} onChange={setPassword}
            help={t.account.passwordRule} error={faults.password} />
          <Said error={error} />
          <AskButton main type="submit" busy={busy}>
            {busy ? t.loading : t.account.setPassword}
          </AskButton>
        </form>
      )}
    </Panel>
  );
}
