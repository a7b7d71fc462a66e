// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { bring, signUp, tap } from './browser';
import { makeFilm } from './serve';
import { Suite } from './suite';

const FRAME = { width: 480, height: 270 };

describe('what is not allowed', () => {
  const suite = Suite.begin('[tiers.free]\nvideos_per_month = 1\n');
  const { folder } = suite;

  it('is said in words: no video, and the month used up', async () => {
    const page = await suite.page();
    await page.goto(suite.server.url);
    await signUp(page, 'ada@example.org');

    const text = folder.file('holiday.mp4');
    writeFileSync(text, 'This is no video at all, whatever its name says.\n'.repeat(100));
    await page.locator('input[type=file]').first().setInputFiles(text);
    await page.getByRole('alert').filter({ hasText: 'MP4' }).waitFor();
    await page.reload();

    const film = makeFilm(folder, 'film');
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });

    // Another look at the same video is free; another video is not.
    await page.goto(suite.server.url);
    await page.getByText('The month’s videos are used up.').waitFor();
    const other = makeFilm(folder, 'other', ['--seed', '2']);
    await page.locator('input[type=file]').first().setInputFiles(other.path);
    await page.getByRole('listitem').filter({ hasText: /are used up/ }).waitFor();
  });
});
