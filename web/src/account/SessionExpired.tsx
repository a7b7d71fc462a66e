// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { apiErrorOf, type ApiError } from '../api/problem';
import type { Account } from '../api/types';
import { signedIn } from '../app/session';
import { useTexts } from '../text';
import { Button, TextButton } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { Said } from './Said';
import { SignInForm } from './SignInForm';

const startAnew = () => window.location.assign('/');

interface Props {
  /** Who was here: another account must not find the first one's page below. */
  was?: Account | undefined;
  /** Begins anew, with nothing left of the page below. */
  onLeave?: () => void;
}

/** Lies over a page whose session has ended, and signs in again without touching it. */
export function SessionExpired({ was, onLeave = startAnew }: Props) {
  const t = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [email, setEmail] = useState(was?.email ?? '');
  const [stillOut, setStillOut] = useState(false);
  const [error, setError] = useState<ApiError>();
  const isOwner = was !== undefined && was.email === undefined;

  const onSignedIn = (account: Account) => (was && account.userId !== was.userId ? onLeave() : signedIn(account));

  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    shown?.querySelector<HTMLElement>(email ? 'input[name="password"]' : 'input')?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus(); // Where one was.
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- Once, when it comes up.
  }, []);

  const look = async (quietly: boolean) => {
    try {
      onSignedIn(await api.me());
    } catch (caught) {
      const problem = apiErrorOf(caught);
      if (quietly) return;
      setStillOut(problem.status === 401);
      setError(problem.status === 401 ? undefined : problem);
    }
  };
  const latestLook = useRef(look);
  latestLook.current = look;

  useEffect(() => {
    const back = () => void latestLook.current(true); // Signed in within another tab, perhaps.
    window.addEventListener('focus', back);
    return () => window.removeEventListener('focus', back);
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby="expired-title"
      onCancel={(event) => event.preventDefault()}
      className="m-0 mt-auto w-full max-w-none border-t border-line bg-paper p-5 pb-8 text-ink shadow-sheet backdrop:bg-table/80 wide:m-auto wide:w-[27rem] wide:rounded wide:border wide:p-8"
    >
      <div className="flex flex-col gap-4">
        <h2 id="expired-title" className="text-number font-semibold">
          {t.account.signedOutTitle}
        </h2>
        <p>{isOwner ? t.account.expiredOwner : t.account.expired}</p>
        {isOwner ? (
          <>
            {stillOut && <Notice wrong>{t.account.stillOut}</Notice>}
            <Said error={error} />
            <Button main onClick={() => void look(false)}>
              {t.account.signedInElsewhere}
            </Button>
          </>
        ) : (
          <SignInForm email={email} onEmail={setEmail} onSignedIn={onSignedIn} />
        )}
        <div className="border-t border-line pt-4">
          <TextButton onClick={onLeave}>{t.account.leave}</TextButton>
        </div>
      </div>
    </dialog>
  );
}
