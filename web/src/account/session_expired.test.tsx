// SPDX-License-Identifier: Apache-2.0
import { ada, owner, problem, server } from './stand_in';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSession, sessionEnded, useSession } from '../app/session';
import type { Account } from '../api/types';
import { SessionExpired } from './SessionExpired';

// jsdom knows the element, but not how to show it.
HTMLDialogElement.prototype.showModal = function () { this.open = true; };
HTMLDialogElement.prototype.close = function () { this.open = false; };

const left = vi.fn();

function Page() {
  const session = useSession();
  const was = useRef<Account>();
  const [note, setNote] = useState('');
  if (session.state === 'signedIn') was.current = session.account;
  return (
    <>
      <label>Note <input value={note} onChange={(event) => setNote(event.target.value)} /></label>
      {session.state === 'signedOut' && session.expired && <SessionExpired was={was.current} onLeave={left} />}
    </>
  );
}

async function expiredPage(account: Account = ada) {
  server.on('get /me', [200, account]);
  await loadSession();
  const user = userEvent.setup();
  render(<Page />);
  await user.type(screen.getByLabelText('Note'), 'unsaved');
  server.on('get /me', problem(401, 'unauthenticated'));
  sessionEnded();
  await screen.findByRole('dialog');
  return user;
}

beforeEach(() => {
  server.reset();
  left.mockReset();
});
afterEach(cleanup);

describe('SessionExpired', () => {
  it('signs in again and leaves the page as it was, with the focus where it was', async () => {
    const user = await expiredPage();
    server.on('post /auth/login', [200, ada]);
    const password = screen.getByLabelText('Password', { selector: 'input' });
    expect(document.activeElement).toBe(password);

    await user.type(password, 'correct horse battery{Enter}');

    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const note = screen.getByLabelText<HTMLInputElement>('Note');
    expect(note.value).toBe('unsaved');
    expect(document.activeElement).toBe(note);
    expect(left).not.toHaveBeenCalled();
    expect(server.bodies('post /auth/login')).toEqual([{ email: 'ada@example.org', password: 'correct horse battery' }]);
  });

  it('never shows one account the page of another', async () => {
    const user = await expiredPage();
    server.on('post /auth/login', [200, { ...ada, userId: '00000000-0000-4000-8000-000000000000' }]);

    await user.type(screen.getByLabelText('Password', { selector: 'input' }), 'correct horse battery{Enter}');

    await waitFor(() => expect(left).toHaveBeenCalledOnce());
    expect(screen.getByRole('dialog')).toBeTruthy();
  });

  it('goes away by itself when somebody has signed in within another tab', async () => {
    await expiredPage();
    server.on('get /me', [200, ada]);

    window.dispatchEvent(new Event('focus'));

    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('tells the local owner, who has no password, what to do', async () => {
    const user = await expiredPage(owner);
    expect(screen.queryByLabelText('Password')).toBeNull();

    await user.click(screen.getByRole('button', { name: 'I have signed in again' }));
    expect(await screen.findByText('You are not signed in yet.')).toBeTruthy();
    server.on('get /me', [200, owner]);
    await user.click(screen.getByRole('button', { name: 'I have signed in again' }));

    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});
