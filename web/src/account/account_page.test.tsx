// SPDX-License-Identifier: Apache-2.0
import { ada, config, owner, problem, server } from './stand_in';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSession, useSession } from '../app/session';
import type { Account } from '../api/types';
import { setLanguage } from '../text';
import { setTheme } from '../theme/theme';
import { AccountPage } from './AccountPage';

function Page() {
  const session = useSession();
  if (session.state !== 'signedIn') return <p>{session.state}</p>;
  return <AccountPage account={session.account} config={session.config} />;
}

async function open(account: Account = ada) {
  server.on('get /me', [200, account]);
  await loadSession();
  window.history.replaceState(null, '', '/account');
  const user = userEvent.setup();
  render(<Page />);
  await screen.findByRole('heading', { name: 'Account' });
  return user;
}
const key = { keyId: 'k1', name: 'nightly batch', prefix: 'tm_q1Ytkb0Z', createdAt: '2026-03-01T12:00:00.000Z' };

beforeEach(() => server.reset());
afterEach(() => {
  cleanup();
  setLanguage('en');
  setTheme('system');
});

describe('The month', () => {
  it('is said in words, with a meter that says the same', async () => {
    await open();

    expect(screen.getByText('2 of 5 videos this month')).toBeTruthy();
    const meter = screen.getByRole('meter', { name: 'This month' });
    expect([meter.getAttribute('aria-valuenow'), meter.getAttribute('aria-valuemax')]).toEqual(['2', '5']);
    expect(screen.queryByText(/used up/)).toBeNull();
  });

  it('says when there are new ones once it is used up', async () => {
    await open({ ...ada, monthlyQuota: 5 });

    expect(screen.getByRole('alert').textContent).toContain('The month’s videos are used up. New ones from Apr 1, 2026.');
  });

  it('leads to deleting where the kept bytes are used up', async () => {
    await open({ ...ada, storedBytes: config.tiers.free.maxStoredBytes ?? 0 });

    expect(within(screen.getByRole('alert')).getByRole('link').getAttribute('href')).toBe('/history');
  });

  it('has no end for the local owner', async () => {
    await open(owner);

    expect(screen.getByText('As many videos as you like')).toBeTruthy();
    expect(screen.getByText('Owner of this machine')).toBeTruthy();
    expect(screen.queryByRole('meter')).toBeNull();
  });
});

describe('Keys', () => {
  it('are made, shown once and copied', async () => {
    const user = await open();
    server.on('post /keys', [201, { ...key, key: 'tm_secret' }]);

    await user.type(screen.getByLabelText('What is it for?'), ' nightly batch ');
    await user.click(screen.getByRole('button', { name: 'Make a key' }));
    const shown = await screen.findByDisplayValue('tm_secret');
    expect(document.activeElement).toBe(shown);
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(await navigator.clipboard.readText()).toBe('tm_secret');
    await user.click(screen.getByRole('button', { name: 'I have it' }));

    expect(screen.queryByDisplayValue('tm_secret')).toBeNull();
    expect(document.activeElement).toBe(screen.getByLabelText('What is it for?'));
    expect(screen.getByText('nightly batch')).toBeTruthy();
    expect(server.bodies('post /keys')).toEqual([{ name: 'nightly batch' }]);
  });

  it('can be selected where the browser does not let copy', async () => {
    const user = await open();
    server.on('post /keys', [201, { ...key, key: 'tm_secret' }]);
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));

    await user.type(screen.getByLabelText('What is it for?'), 'x{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Copy' }));

    expect(await screen.findByText(/does not let us copy/)).toBeTruthy();
    const shown = screen.getByDisplayValue<HTMLInputElement>('tm_secret');
    expect([shown.selectionStart, shown.selectionEnd]).toEqual([0, 9]);
  });

  it('are revoked after a second step only', async () => {
    server.on('get /keys', [200, { keys: [key] }]);
    server.on('delete /keys/k1', [204]);
    const user = await open();

    await user.click(await screen.findByRole('button', { name: 'Revoke the key “nightly batch”' }));
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Keep it' }));
    await user.keyboard('{Escape}');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Revoke the key “nightly batch”' }));
    expect(server.bodies('delete /keys/k1')).toHaveLength(0);
    await user.keyboard('{Enter}');
    await user.click(screen.getByRole('button', { name: 'Revoke' }));

    expect(await screen.findByText('The key “nightly batch” is revoked.')).toBeTruthy();
    expect(screen.queryByText('nightly batch')).toBeNull();
  });
});

describe('Leaving', () => {
  it('signs out, also where the session had ended by itself', async () => {
    const user = await open();
    server.on('post /auth/logout', problem(401, 'unauthenticated'));

    await user.click(screen.getByRole('button', { name: 'Sign out' }));

    expect(await screen.findByText('signedOut')).toBeTruthy();
    expect(window.location.pathname).toBe('/');
  });

  it('erases only when the word was written', async () => {
    const user = await open();
    server.on('delete /me', [200, { success: true }]);

    await user.click(screen.getByRole('button', { name: /Delete the account/ }));
    const word = screen.getByLabelText('Write “delete” to go on.');
    expect(document.activeElement).toBe(word);
    await user.type(word, 'delet');
    await user.click(screen.getByRole('button', { name: 'Delete everything' }));
    expect(server.bodies('delete /me')).toHaveLength(0);
    expect(word.getAttribute('aria-invalid')).toBe('true');
    await user.type(word, 'e');
    await user.click(screen.getByRole('button', { name: 'Delete everything' }));

    expect(await screen.findByText('signedOut')).toBeTruthy();
    expect(server.bodies('delete /me')).toHaveLength(1);
  });

  it('stays signed in and says why when the account could not be erased', async () => {
    const user = await open();
    server.on('delete /me', problem(507, 'storage_full'));

    await user.click(screen.getByRole('button', { name: /Delete the account/ }));
    await user.type(screen.getByLabelText(/Write “delete”/), 'delete');
    await user.click(screen.getByRole('button', { name: 'Delete everything' }));

    expect((await screen.findByRole('alert')).textContent).toContain('disk is full');
  });
});

describe('The page itself', () => {
  it('speaks German at once when asked to, and remembers it', async () => {
    const user = await open();

    await user.click(screen.getByLabelText('Deutsch'));

    expect(screen.getByRole('heading', { name: 'Konto' })).toBeTruthy();
    expect(document.documentElement.lang).toBe('de');
    expect(localStorage.getItem('tapmask.language')).toBe('de');
  });

  it('is dark at once when asked to, and remembers it', async () => {
    const user = await open();

    await user.click(screen.getByLabelText('Dark'));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('tapmask.theme')).toBe('dark');
    await user.click(screen.getByLabelText('As the system'));

    await waitFor(() => expect(document.documentElement.dataset.theme).toBeUndefined());
    expect(localStorage.getItem('tapmask.theme')).toBeNull();
  });
});
