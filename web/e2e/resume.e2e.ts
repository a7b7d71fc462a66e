// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bring, Line, stageIsUp, tap } from './browser';
import { Cable } from './cable';
import { heavier, makeFilm } from './serve';
import { Suite } from './suite';

const FRAME = { width: 480, height: 270 };
const SLOW = { up: 2_000_000 }; // Of 24 MB nothing ends before it is interrupted.

describe('an upload that is interrupted', () => {
  const suite = Suite.begin();
  let cable: Cable;
  let film: ReturnType<typeof makeFilm>;
  let heavy: string;
  let page: Page;
  let line: Line;
  let sentFrom: number[]; // Where each PATCH began.

  beforeAll(async () => {
    film = makeFilm(suite.folder, 'film');
    heavy = heavier(film.path, suite.folder.file('heavy.mp4'), 24_000_000);
    cable = await Cable.to(suite.server.url);
  });
  afterAll(() => cable.remove());
  beforeEach(async () => {
    page = await suite.page();
    sentFrom = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sentFrom.push(Number(request.headers()['upload-offset']));
    });
    line = await Line.of(page);
    await suite.signIn(page, cable.url);
  });

  const choose = () => page.locator('input[type=file]').first().setInputFiles(heavy);
  const button = (name: string) => page.getByRole('button', { name: `${name}: heavy.mp4` });
  /** As the page shows it. */
  const percentIs = (least: number) => page.waitForFunction((percent) => {
    const bar = document.querySelector('[role=progressbar]');
    return Number(bar?.getAttribute('aria-valuenow') ?? 0) >= percent;
  }, least);
  /** So much had come over the line when it was cut; some of it may still have been on its way. */
  const isOnWay = (offset: number | undefined, percent: number) => {
    expect(offset).toBeGreaterThan((percent / 200) * statSync(heavy).size);
    expect(offset).toBeLessThan(statSync(heavy).size);
  };

  it('goes on after the page was loaded anew, from where it was', async () => {
    await line.is(SLOW);
    await choose();
    await percentIs(20);
    await page.reload();

    await page.getByText('Choose heavy.mp4 once more: it goes on where it stopped.').waitFor();
    const there = page.waitForResponse((response) => response.request().method() === 'HEAD');
    const choosing = page.waitForEvent('filechooser');
    await line.is({});
    await button('Choose the file').click();
    await (await choosing).setFiles(heavy);
    await stageIsUp(page);

    const kept = Number((await there).headers()['upload-offset']);
    isOnWay(kept, 20);
    expect(sentFrom.at(-1)).toBe(kept);
    await page.getByText('Frame 1 of 50').waitFor();
  });

  it('pauses and goes on by its buttons', async () => {
    await line.is(SLOW);
    await choose();
    await percentIs(20);
    const before = sentFrom.length;
    const ended = page.waitForEvent('requestfailed', (request) => request.method() === 'PATCH');
    await button('Pause').click();
    await page.getByText('Paused. It is kept for a day, and goes on where it stopped.').first().waitFor();
    await ended;
    expect(sentFrom).toHaveLength(before);

    await line.is({});
    await button('Go on').click();
    await stageIsUp(page);
    expect(sentFrom).toHaveLength(before + 1);
    isOnWay(sentFrom.at(-1), 20);
  });

  it('says that the line is cut, and goes on by itself when it is back', async () => {
    await line.is(SLOW);
    await choose();
    await percentIs(20);
    const before = sentFrom.length;
    cable.cut();
    await page.getByText('The line was cut; it goes on by itself.').first().waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).not.toBe('0');

    await line.is({});
    cable.mend();
    await stageIsUp(page);
    expect(sentFrom.length).toBeGreaterThan(before);
    isOnWay(sentFrom.at(-1), 20);
  });

  it('says that the connection is lost while a video is worked on, and takes the work up again', async () => {
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.context().setOffline(true);
    const lost = page.getByRole('alert').filter({ hasText: 'The connection is lost.' });
    await lost.waitFor();

    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
    expect(await lost.count()).toBe(0);
  });
});
