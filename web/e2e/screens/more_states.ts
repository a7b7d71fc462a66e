// SPDX-License-Identifier: Apache-2.0
import { signUp } from '../browser';
import type { State } from './states';

const go = { name: 'Go', exact: true } as const;

/** What an account sees beside the way of a video. */
export const moreStates: State[] = [
  {
    name: 'expired', says: 'A server that keeps videos for a minute, a minute later.',
    draw: async (desk, shoot) => {
      const { page, server } = await desk.page('retention_hours = 0.0167\n');
      await desk.bring(page, 'park.mp4');
      await desk.tap(page, 'park.mp4');
      await page.getByRole('button', go).click();
      await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 40_000 });
      await page.getByText(/^Gone in/).waitFor();
      const videos = async () => ((await (await page.request.get(`${server.url}/api/v1/videos`)).json()) as { videos: unknown[] }).videos;
      while ((await videos()).length > 0) await page.reload();
      await page.reload();
      await page.getByText('The files are gone').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'over-quota', says: 'An account of one video a month, after it.',
    draw: async (desk, shoot) => {
      const { page, server } = await desk.pageOf('ada@example.org', '[tiers.free]\nvideos_per_month = 1\n');
      await desk.bring(page, 'park.mp4');
      await desk.tap(page, 'park.mp4');
      await page.getByRole('button', go).click();
      await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
      await page.goto(server.url);
      await page.getByText('The month’s videos are used up.').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'signed-out', says: 'Nobody is signed in.',
    draw: async (desk, shoot) => shoot((await desk.page('', { signedIn: false })).page),
  },
  {
    name: 'signing-up', says: 'Making an account; the address is taken.',
    draw: async (desk, shoot) => {
      await (await desk.pageOf('grace@example.org')).page.close();
      const { page } = await desk.page('', { signedIn: false });
      const alert = page.getByRole('alert');
      await signUp(page, 'grace@example.org', alert);
      await shoot(page);
    },
  },
  {
    name: 'session-ended', says: 'The session ended while something was tapped; what was said stays below.',
    draw: async (desk, shoot) => {
      const { page } = await desk.pageOf('linus@example.org');
      await desk.bring(page, 'park.mp4');
      await desk.tap(page, 'park.mp4');
      await page.context().clearCookies();
      await page.getByRole('button', go).click();
      await page.getByRole('dialog').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'account', says: 'An account with a key that was just made.',
    draw: async (desk, shoot) => {
      const { page } = await desk.pageOf('mary@example.org');
      await page.getByRole('link', { name: 'Account' }).click();
      await page.getByLabel('What is it for?').fill('nightly script');
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByText('Copy it now.').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'history', says: 'A video with a result, one that waits for its tap, one that was not taken.',
    draw: async (desk, shoot) => {
      const { page, server } = await desk.pageOf('edsger@example.org');
      await page.locator('input[type=file]').first().setInputFiles([desk.halfOf('park.mp4', 'broken.mp4'), desk.film('station.mp4').path]);
      await page.getByRole('button', { name: /^Open/ }).waitFor();
      await page.getByRole('alert').waitFor();
      await page.goto(server.url);
      await desk.bring(page, 'park.mp4');
      await desk.tap(page, 'park.mp4');
      await page.getByRole('button', go).click();
      await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
      await page.getByRole('link', { name: 'Your videos' }).click();
      await page.getByRole('heading', { name: 'station.mp4' }).waitFor();
      await shoot(page);
    },
  },
  {
    name: 'nowhere', says: 'An address that does not exist.',
    draw: async (desk, shoot) => {
      const { page, server } = await desk.page();
      await page.goto(`${server.url}/videos/none`);
      await page.getByText('There is nothing at this address.').waitFor();
      await shoot(page);
    },
  },
];
