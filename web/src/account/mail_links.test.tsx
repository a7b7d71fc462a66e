// SPDX-License-Identifier: Apache-2.0
import { problem, server } from './stand_in';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResetPage } from './ResetPage';
import { VerifyPage } from './VerifyPage';

const TOKEN = 'q1Ytkb0Zp3Jr6v8m5Xc2Nd7fGh4sLw9a';

beforeEach(() => server.reset());
afterEach(cleanup);

describe('VerifyPage', () => {
  it('takes the token out of the address before it asks, and asks once', async () => {
    window.history.replaceState(null, '', `/verify?token=${TOKEN}`);
    const seen: string[] = [];
    server.on('post /auth/verify', () => {
      seen.push(window.location.href);
      return [204];
    });

    render(<StrictMode><VerifyPage token={TOKEN} /></StrictMode>);

    expect(await screen.findByText(/Your address is verified/)).toBeTruthy();
    expect(server.bodies('post /auth/verify')).toEqual([{ token: TOKEN }]);
    expect(seen).toEqual([`${window.location.origin}/verify`]);
  });

  it('goes on with its token when the address has none any more', async () => {
    window.history.replaceState(null, '', `/verify?token=${TOKEN}`);
    server.on('post /auth/verify', [204]);

    const page = render(<VerifyPage token={TOKEN} />);
    page.rerender(<VerifyPage token="" />);

    expect(await screen.findByText(/Your address is verified/)).toBeTruthy();
  });

  it('offers a new mail where the link is of no use', async () => {
    const user = userEvent.setup();
    server.on('post /auth/verify', ({ body }) =>
      'token' in (body as object) ? problem(400, 'token_invalid') : [202],
    );
    render(<VerifyPage token={TOKEN} />);

    expect(await screen.findByText(/This link was used/)).toBeTruthy();
    await user.type(screen.getByLabelText('Mail address'), 'ada@example.org');
    await user.click(screen.getByRole('button', { name: 'Send the mail again' }));

    expect(await screen.findByText(/If there is such an account/)).toBeTruthy();
  });

  it('tries again with the same token when the server was not there', async () => {
    const user = userEvent.setup();
    server.on('post /auth/verify', problem(503, 'unavailable'));
    render(<VerifyPage token={TOKEN} />);
    const again = await screen.findByRole('button', { name: 'Try again' });

    server.on('post /auth/verify', [204]);
    await user.click(again);

    expect(await screen.findByText(/Your address is verified/)).toBeTruthy();
    expect(server.bodies('post /auth/verify')).toEqual([{ token: TOKEN }, { token: TOKEN }]);
  });

  it('asks nothing without a token', () => {
    render(<VerifyPage token="" />);

    expect(screen.getByText('Open the whole link from the mail.')).toBeTruthy();
    expect(server.asked).toEqual([]);
  });
});

describe('ResetPage', () => {
  it('takes the token out of the address and sets the password by it', async () => {
    const user = userEvent.setup();
    window.history.replaceState(null, '', `/reset?token=${TOKEN}`);
    server.on('post /auth/reset', [204]);

    render(<ResetPage token={TOKEN} />);
    expect(window.location.search).toBe('');
    await user.type(screen.getByLabelText('New password', { selector: 'input' }), 'a much better one');
    await user.click(screen.getByRole('button', { name: 'Set the password' }));

    expect(await screen.findByText(/The new password holds/)).toBeTruthy();
    expect(server.bodies('post /auth/reset')).toEqual([{ token: TOKEN, password: 'a much better one' }]);
  });

  it('offers a new mail where the link is of no use', async () => {
    const user = userEvent.setup();
    server.on('post /auth/reset', problem(400, 'token_invalid'));

    render(<ResetPage token={TOKEN} />);
    await user.type(screen.getByLabelText('New password', { selector: 'input' }), 'a much better one');
    await user.click(screen.getByRole('button', { name: 'Set the password' }));

    expect(await screen.findByRole('button', { name: 'Send a mail for a new one' })).toBeTruthy();
  });
});
