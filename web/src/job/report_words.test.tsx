// SPDX-License-Identifier: Apache-2.0
import { jobOf, problem, server, videoOf } from '../account/stand_in';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Report } from './Report';
import example from './report_example.json';

const route = 'get /jobs/j/report';
const show = async () => {
  const user = userEvent.setup();
  const { container } = render(<Report job={jobOf('j', 'v')} video={videoOf('v', { hasAudio: true })} />);
  expect(server.asked).toEqual([]);
  await user.click(screen.getByText('What was done'));
  return { user, container };
};

beforeEach(() => server.reset());
afterEach(cleanup);

describe('Report', () => {
  it('says in words what the report says', async () => {
    server.on(route, [200, example]);
    await show();

    for (const said of ['Hidden: Secure.', 'Something was hidden in 90 of 90 frames.', 'Kept', example.output.sha256,
      'Object 1 was lost in 14 frames. Wherever it may be stays hidden, if need be the whole picture.',
      `TapMask ${example.build}, engine classical`]) {
      expect(await screen.findByText(said)).toBeTruthy();
    }
    expect(screen.getByText(/Where it was taken: 2/).textContent).toContain('location-eng');
  });

  it('claims nothing that the report does not say', async () => {
    server.on(route, [200, { format: 'tapmask-report', version: 1 }]);
    const { container } = await show();

    await waitFor(() => expect(screen.queryByText('One moment')).toBeNull());
    expect(screen.queryByRole('alert')).toBeNull();
    expect(container.querySelectorAll('dt')).toHaveLength(0);
  });

  it('says why it is not there, and asks again', async () => {
    server.on(route, problem(503, 'unavailable'));
    const { user } = await show();
    await screen.findByRole('alert');
    server.on(route, [200, example]);
    await user.click(screen.getByText('Try again'));

    expect(await screen.findByText('Hidden: Secure.')).toBeTruthy();
  });
});
