// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api } from '../api/client';
import type { Config } from '../api/types';
import { signedIn } from '../app/session';
import { useTexts } from '../text';
import { TextButton } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { AskButton } from './AskButton';
import { tidyEmail } from './credentials';
import { MailForm } from './MailForm';
import { Panel, Title } from './Page';
import { Said } from './Said';
import { SignInForm } from './SignInForm';
import { SignUpForm } from './SignUpForm';
import { useAsking } from './use_asking';

type Step = 'in' | 'up' | 'forgot' | 'mail sent';

const isLoopback = (host: string): boolean => /^(127(\.\d+){3}|localhost|\[::1\])$/.test(host);

/** For whoever is not signed in: signing in, making an account, and what to do without the password. */
export function SignIn({ config }: { config: Config }) {
  const t = useTexts();
  const [step, setStep] = useState<Step>('in');
  const [email, setEmail] = useState('');

  if (step === 'mail sent') return <MailSent email={tidyEmail(email)} onBack={() => setStep('in')} />;
  return (
    <Panel key={step}>
      <Title>{{ in: t.account.signIn, up: t.account.signUp, forgot: t.account.forgotTitle }[step]}</Title>
      {step === 'in' && <p className="-mt-3 text-soft">{t.upload.drop}</p>}
      {step === 'in' && (
        <SignInForm email={email} onEmail={setEmail} onSignedIn={signedIn} />
      )}
      {step === 'up' && (
        <SignUpForm email={email} onEmail={setEmail} onSignedIn={signedIn} onMailSent={() => setStep('mail sent')} />
      )}
      {step === 'forgot' &&
        (config.mailEnabled ? (
          <MailForm email={email} onEmail={setEmail} send={api.sendResetMail} label={t.account.sendReset}
            sent={t.account.resetSent} />
        ) : (
          <Notice>{t.account.noMail}</Notice>
        ))}
      <div className="flex flex-col items-start gap-1 border-t border-line pt-4">
        {step === 'in' && <TextButton onClick={() => setStep('forgot')}>{t.account.forgot}</TextButton>}
        {step !== 'in' && <TextButton onClick={() => setStep('in')}>{t.account.toSignIn}</TextButton>}
        {step === 'in' && config.registrationOpen && (
          <TextButton onClick={() => setStep('up')}>{t.account.signUp}</TextButton>
        )}
        {step === 'in' && !config.registrationOpen && (
          <p className="pt-1 text-small text-soft">{t.account.closedRegistration}</p>
        )}
        {step === 'in' && isLoopback(window.location.hostname) && (
          <p className="pt-1 text-small text-soft">{t.account.localOnly}</p>
        )}
      </div>
    </Panel>
  );
}

/** A mail with a link was sent, or is asked for once more. */
function MailSent({ email, onBack }: { email: string; onBack: () => void }) {
  const t = useTexts();
  const { busy, error, ask } = useAsking();
  const [again, setAgain] = useState(false);
  return (
    <Panel>
      <Title>{t.account.verifySentTitle}</Title>
      <p className="break-words">{t.account.verifySent(email)}</p>
      {again && <Notice>{t.account.verifySentAgain}</Notice>}
      <Said error={error} />
      <div className="flex flex-col items-start gap-1 border-t border-line pt-4">
        <AskButton busy={busy} onClick={() => void ask(() => api.sendVerifyMail(email), () => setAgain(true))}>
          {t.account.verifyAgain}
        </AskButton>
        <TextButton onClick={onBack}>{t.account.toSignIn}</TextButton>
      </div>
    </Panel>
  );
}
