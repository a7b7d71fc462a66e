// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { go } from '../app/route';
import { useSession } from '../app/session';
import { useTexts } from '../text';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { AskButton } from './AskButton';
import { useMailToken } from './mail_token';
import { MailForm } from './MailForm';
import { Panel, Title } from './Page';
import { Said } from './Said';
import { useAsking } from './use_asking';

/** /verify?token=…: where the link of the mail leads. */
export function VerifyPage({ token: given }: { token: string }) {
  const t = useTexts();
  const session = useSession();
  const token = useMailToken(given);
  const { busy, error, ask } = useAsking();
  const [verified, setVerified] = useState(false);
  const [email, setEmail] = useState('');
  const asked = useRef(false);

  useEffect(() => {
    if (asked.current || !token) return;
    asked.current = true; // A token is good once.
    void ask(() => api.verify(token), () => setVerified(true));
  }, [ask, token]);

  const bad = !token || error?.code === 'token_invalid' || error?.code === 'invalid_argument';
  return (
    <Panel>
      <Title>{t.account.verifyTitle}</Title>
      {busy && <Notice>{t.account.verifying}</Notice>}
      {verified && (
        <>
          <Notice>
            {t.account.verified} {session.state === 'signedOut' && t.account.verifiedSignIn}
          </Notice>
          <Button main onClick={() => go('/', { replace: true })}>
            {session.state === 'signedOut' ? t.account.signIn : t.toStart}
          </Button>
        </>
      )}
      {bad ? (
        <>
          <Notice wrong>{token ? t.account.linkBad : t.account.linkNone}</Notice>
          <p>{t.account.linkFresh}</p>
          <MailForm email={email} onEmail={setEmail} send={api.sendVerifyMail} label={t.account.verifyAgain}
            sent={t.account.resetSent} />
        </>
      ) : (
        error && (
          <>
            <Said error={error} />
            <AskButton main busy={busy} onClick={() => void ask(() => api.verify(token), () => setVerified(true))}>
              {t.again}
            </AskButton>
          </>
        )
      )}
    </Panel>
  );
}
