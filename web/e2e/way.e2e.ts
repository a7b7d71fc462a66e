// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bring, tap } from './browser';
import { makeFilm } from './serve';
import { Suite } from './suite';

const FRAME = { width: 480, height: 270 };

describe('the way of a video', () => {
  const suite = Suite.begin('[workers]\njobs = 1\n');
  const { folder } = suite;
  let film: ReturnType<typeof makeFilm>;
  let page: Page;

  beforeAll(() => {
    film = makeFilm(folder, 'film');
  });
  beforeEach(async () => {
    page = await suite.page();
    await suite.signIn(page);
  });

  const go = () => page.getByRole('button', { name: 'Go', exact: true }).click();
  const done = () => page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });

  it('uploads, taps, hides, corrects and gives the video', async () => {
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.locator('.mask-outline').waitFor();
    await go();
    await done();

    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: /^Take the video/ }).click();
    const taken = folder.file('taken.mp4');
    await (await coming).saveAs(taken);
    const frames = execFileSync('ffprobe', ['-v', 'error', '-count_packets', '-select_streams', 'v:0', '-show_entries',
      'stream=nb_read_packets', '-of', 'csv=p=0', taken]).toString().trim();
    expect(frames.replace(',', '')).toBe('50');
    expect(readFileSync(taken).equals(readFileSync(film.path))).toBe(false);

    const before = page.url();
    await page.getByRole('slider', { name: 'Frames of the video' }).focus();
    await page.keyboard.press('End');
    await page.getByText('Frame 50 of 50').waitFor();
    await tap(page, [FRAME.width / 2, FRAME.height / 2], FRAME);
    await page.getByRole('button', { name: 'Work these frames again' }).click();
    await page.waitForURL((url) => url.href !== before);
    await done();
  });

  it('steps by frames, exactly', async () => {
    await bring(page, film.path);
    await page.getByRole('application').focus();
    for (const frame of [2, 3, 4]) {
      await page.keyboard.press('ArrowRight');
      await page.getByText(`Frame ${frame} of 50`).waitFor();
    }
    await page.keyboard.press('ArrowLeft');
    await page.getByText('Frame 3 of 50').waitFor();
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('Frame 28 of 50').waitFor();
    for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowRight'); // Quicker than frames are shown.
    await page.getByText('Frame 35 of 50').waitFor();
  });

  it('stops what runs', async () => {
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.getByRole('radio', { name: /Erase it/ }).check();
    await go();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It was stopped.').waitFor();
  });

  it('erases, also when the worker is killed meanwhile, and takes the work up after a reload', async () => {
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.getByRole('radio', { name: /Erase it/ }).check();
    await go();
    await page.getByRole('listitem').filter({ hasText: 'Drawing' }).and(page.locator('[aria-current=step]')).waitFor({ timeout: 60_000 });
    const workers = suite.server.workers();
    expect(workers).not.toEqual([]);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await page.getByText('this is try 2 of 3').waitFor({ timeout: 60_000 });
    await page.reload();
    await done();
  });

  it('keeps what was said when the session ends', async () => {
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.locator('.mask-outline').waitFor();
    await page.context().clearCookies();
    await go();
    await page.getByText(/session has ended|signed out/i).first().waitFor();
  });
});
