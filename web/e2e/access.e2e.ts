// SPDX-License-Identifier: Apache-2.0
import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bring, onPage, signUp, stageIsUp, tap } from './browser';
import { heavier, makeFilm } from './serve';
import { Suite } from './suite';

const FRAME = { width: 480, height: 270 };
const KEY_STEP = 16; // CSS pixels by which an arrow leads the cross.

describe('the page for everybody', () => {
  const suite = Suite.begin('[workers]\njobs = 1\n');
  const { folder } = suite;
  let film: ReturnType<typeof makeFilm>;
  let page: Page;

  beforeAll(() => {
    film = makeFilm(folder, 'film');
  });
  beforeEach(async () => {
    page = await suite.page();
    await page.emulateMedia({ reducedMotion: 'reduce' }); // No colour that is still on its way to another.
  });

  const go = () => page.getByRole('button', { name: 'Go', exact: true }).click();

  /** What keeps somebody out of the page as it is now, in both themes. */
  async function isForAll(what: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const said = grave.flatMap(({ id, help, nodes }) => nodes.map((node) => `${what}, ${colorScheme}: ${id}: ${help}: ${node.html}`));
      expect(said).toEqual([]);
    }
  }

  it('is for all before anybody is signed in', async () => {
    await page.goto(suite.server.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await isForAll('signing in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Write your mail address').waitFor();
    await isForAll('signing in with nothing written');
    await page.getByRole('button', { name: 'Make an account' }).click();
    await isForAll('making an account');
    await signUp(page, 'ada@example.org');
    await isForAll('the start');
  });

  it('is for all on the way of a video', async () => {
    await suite.signIn(page);
    await bring(page, film.path);
    await isForAll('the stage');
    await tap(page, film.at, FRAME);
    await page.locator('.mask-outline').waitFor();
    await isForAll('a mask');
    await page.getByText('Settings', { exact: true }).click();
    await page.getByLabel('Its shadow goes with it').waitFor();
    await isForAll('the settings');
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('dialog').waitFor();
    await isForAll('the keys');
    await page.keyboard.press('Escape');
    await go();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await suite.server.whileHeld(() => isForAll('working'));
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
    await isForAll('what came out');
    await page.getByRole('link', { name: 'Your videos' }).click();
    await page.getByRole('heading', { name: 'scene.mp4' }).first().waitFor();
    await isForAll('the history');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('There are none.').waitFor();
    await isForAll('the account');
  });

  it('is for all when a job was stopped, and when it failed', async () => {
    await suite.signIn(page);
    await bring(page, film.path);
    await tap(page, film.at, FRAME);
    await go();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It was stopped.').waitFor();
    await isForAll('stopped');

    await page.getByRole('link', { name: 'Change the points' }).click();
    await stageIsUp(page);
    suite.server.loseFiles('original.mp4');
    await tap(page, film.at, FRAME);
    await go();
    await page.getByRole('heading', { name: 'It did not work.' }).waitFor({ timeout: 60_000 });
    await isForAll('failed');
  });

  it('is for all while videos come', async () => {
    await suite.signIn(page);
    const other = heavier(film.path, folder.file('other.mp4'), 1000);
    await page.locator('input[type=file]').first().setInputFiles([film.path, other]);
    await page.getByRole('button', { name: /^Open/ }).nth(1).waitFor();
    await isForAll('two videos');
  });

  it('can be gone by keys alone: upload, tap, go', async () => {
    await suite.signIn(page);
    await tabTo(page.getByRole('button', { name: 'Choose a video' }));
    const choosing = page.waitForEvent('filechooser');
    await page.keyboard.press('Enter');
    await (await choosing).setFiles(film.path);
    await stageIsUp(page);

    await tabTo(page.getByRole('application'));
    const box = await page.getByRole('application').boundingBox();
    const [x, y] = await onPage(page, film.at, FRAME);
    if (!box) throw new Error('There is no stage.');
    const steps = (from: number, to: number, back: string, on: string) =>
      Array.from({ length: Math.abs(Math.round((to - from) / KEY_STEP)) }, () => `Alt+${to < from ? back : on}`);
    const keys = [...steps(box.x + box.width / 2, x, 'ArrowLeft', 'ArrowRight'), ...steps(box.y + box.height / 2, y, 'ArrowUp', 'ArrowDown')];
    for (const key of keys) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    const mask = await page.locator('.mask-outline').boundingBox();
    expect(mask?.x).toBeLessThan(x);
    expect((mask?.x ?? 0) + (mask?.width ?? 0)).toBeGreaterThan(x);

    await tabTo(page.getByRole('button', { name: 'Go', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
    const coming = page.waitForEvent('download');
    await tabTo(page.getByRole('link', { name: /^Take the video/ }));
    await page.keyboard.press('Enter');
    expect((await coming).suggestedFilename()).toMatch(/\.mp4$/);
  });

  /** As far as the tab key leads in one round. */
  async function tabTo(goal: Locator): Promise<void> {
    await goal.waitFor();
    for (let i = 0; i < 60; i++) {
      if (await goal.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The tab key does not lead to “${await goal.innerText()}”.`);
  }
});
