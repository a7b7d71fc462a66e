// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../text';
import { Field } from '../ui/Field';
import { Notice } from '../ui/Notice';
import { AskButton } from './AskButton';
import { emailFault, tidyEmail } from './credentials';
import { Said } from './Said';
import { useAsking } from './use_asking';
import { useFields } from './use_fields';

interface Props {
  email: string;
  onEmail: (email: string) => void;
  send: (email: string) => Promise<void>;
  label: string;
  sent: string;
}

/** Asks for a mail. What is said then is the same whether or not there is such an account. */
export function MailForm({ email, onEmail, send, label, sent }: Props) {
  const t = useTexts();
  const [done, setDone] = useState(false);
  const { busy, error, ask } = useAsking();
  const { faults, submit } = useFields({ email: emailFault(email, t) }, () =>
    void ask(() => send(tidyEmail(email)), () => setDone(true)),
  );
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (done) said.current?.focus();
  }, [done]);

  if (done) {
    return (
      <div ref={said} tabIndex={-1} className="outline-none">
        <Notice>{sent}</Notice>
      </div>
    );
  }
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4" aria-label={label}>
      <Field label={t.account.email} type="email" name="email" autoComplete="username" inputMode="email"
        autoCapitalize="none" spellCheck={false} value={email} error={faults.email}
        onChange={(event) => onEmail(event.target.value)} />
      <Said error={error} />
      <AskButton main type="submit" busy={busy}>
        {busy ? t.loading : label}
      </AskButton>
    </form>
  );
}
