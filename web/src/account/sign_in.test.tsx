// SPDX-License-Identifier: Apache-2.0
import { ada, config, problem, server } from './stand_in';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSession, useSession } from '../app/session';
import { SignIn } from './SignIn';

function Page({ with: offers }: { with: typeof config }) {
  const session = useSession();
  return session.state === 'signedIn' ? <p>Here: {session.account.email}</p> : <SignIn config={offers} />;
}

async function open(offers: Partial<typeof config> = {}) {
  server.on('get /me', problem(401, 'unauthenticated'));
  await loadSession();
  render(<Page with={{ ...config, ...offers }} />);
  return userEvent.setup();
}
const write = async (user: ReturnType<typeof userEvent.setup>, email: string, password: string) => {
  await user.type(screen.getByLabelText('Mail address'), email);
  await user.type(screen.getByLabelText('Password', { selector: 'input' }), password);
};

beforeEach(() => server.reset());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('SignIn', () => {
  it('signs in with what was written, without the blanks of a pasted address', async () => {
    const user = await open();
    server.on('post /auth/login', [200, ada]);

    await write(user, ' ada@example.org ', 'correct horse battery');
    await user.keyboard('{Enter}');

    expect(await screen.findByText('Here: ada@example.org')).toBeTruthy();
    expect(server.bodies('post /auth/login')).toEqual([{ email: 'ada@example.org', password: 'correct horse battery' }]);
  });

  it('says what is wrong with a password, empties it, and takes another', async () => {
    const user = await open();
    server.on('post /auth/login', problem(401, 'wrong_password'));

    await write(user, 'ada@example.org', 'wrong');
    await user.keyboard('{Enter}');

    expect((await screen.findByRole('alert')).textContent).toContain('No account has this address and this password.');
    expect(screen.getByLabelText<HTMLInputElement>('Password', { selector: 'input' }).value).toBe('');
  });

  it('says how long to wait after too many tries', async () => {
    const user = await open();
    server.on('post /auth/login', problem(429, 'too_many_attempts', { 'retry-after': '240' }));

    await write(user, 'ada@example.org', 'wrong');
    await user.keyboard('{Enter}');

    expect(await screen.findByText('Try again in about 4 minutes.')).toBeTruthy();
  });

  it('leads to the first field that lacks something and asks nothing of the server', async () => {
    const user = await open();

    await user.click(screen.getByRole('button', { name: 'Sign in' }));

    const email = screen.getByLabelText('Mail address');
    expect(document.activeElement).toBe(email);
    expect(email.getAttribute('aria-invalid')).toBe('true');
    expect(server.bodies('post /auth/login')).toEqual([]);
  });

  it('sends the mail again to whoever is not verified', async () => {
    const user = await open();
    server.on('post /auth/login', problem(403, 'email_not_verified'));
    server.on('post /auth/verify', [202]);

    await write(user, 'ada@example.org', 'correct horse battery');
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Send the mail again' }));

    expect(await screen.findByText(/A mail is on its way to ada@example.org/)).toBeTruthy();
    expect(server.bodies('post /auth/verify')).toEqual([{ email: 'ada@example.org' }]);
  });

  it('shows the password while it is written, and hides it again', async () => {
    const user = await open();
    const password = screen.getByLabelText<HTMLInputElement>('Password', { selector: 'input' });

    await user.click(screen.getByRole('button', { name: 'Show: Password' }));
    expect(password.type).toBe('text');
    await user.click(screen.getByRole('button', { name: 'Hide: Password' }));
    expect(password.type).toBe('password');
  });
});

describe('Making an account', () => {
  it('waits for the mail where there is one to verify the address', async () => {
    const user = await open();
    server.on('post /auth/register', [201, { ...ada, isVerified: false }]);

    await user.click(screen.getByRole('button', { name: 'Make an account' }));
    await write(user, 'ada@example.org', 'correct horse battery');
    await user.keyboard('{Enter}');

    expect(document.activeElement).toBe(await screen.findByRole('heading', { name: 'Look at your mail' }));
    expect(server.bodies('post /auth/login')).toEqual([]);
  });

  it('signs in at once where the server verifies without a mail', async () => {
    const user = await open({ mailEnabled: false });
    server.on('post /auth/register', [201, ada]);
    server.on('post /auth/login', [200, ada]);

    await user.click(screen.getByRole('button', { name: 'Make an account' }));
    await write(user, 'ada@example.org', 'correct horse battery');
    await user.keyboard('{Enter}');

    expect(await screen.findByText('Here: ada@example.org')).toBeTruthy();
  });

  it('counts down what a password lacks', async () => {
    const user = await open();

    await user.click(screen.getByRole('button', { name: 'Make an account' }));
    await write(user, 'ada@example.org', 'short');
    await user.keyboard('{Enter}');
    expect(screen.getByText('5 characters more.')).toBeTruthy();
    await user.type(screen.getByLabelText('Password', { selector: 'input' }), '1234');

    expect(screen.getByText('One character more.')).toBeTruthy();
    expect(server.bodies('post /auth/register')).toEqual([]);
  });

  it('is not offered where the server takes none', async () => {
    await open({ registrationOpen: false });

    expect(screen.queryByRole('button', { name: 'Make an account' })).toBeNull();
    expect(screen.getByText(/takes no new accounts/)).toBeTruthy();
  });
});

describe('A forgotten password', () => {
  it('is answered alike for every address', async () => {
    const user = await open();
    server.on('post /auth/reset', [202]);

    await user.type(screen.getByLabelText('Mail address'), 'ada@example.org');
    await user.click(screen.getByRole('button', { name: 'I do not know the password' }));
    expect(screen.getByLabelText<HTMLInputElement>('Mail address').value).toBe('ada@example.org');
    await user.click(screen.getByRole('button', { name: 'Send a mail for a new one' }));

    await waitFor(() => expect(screen.getByRole('status').textContent).toContain('If there is such an account'));
    expect(server.bodies('post /auth/reset')).toEqual([{ email: 'ada@example.org' }]);
  });

  it('sends nobody in circles where the server has no mail', async () => {
    const user = await open({ mailEnabled: false });

    await user.click(screen.getByRole('button', { name: 'I do not know the password' }));

    expect(screen.getByText(/sends no mail/)).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
  });
});
