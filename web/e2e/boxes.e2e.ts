// SPDX-License-Identifier: Apache-2.0
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { bring, onPage, tap } from './browser';
import { makeFilm } from './serve';
import { Suite } from './suite';

const FRAME = { width: 480, height: 270 };
type Place = readonly [number, number];

describe('boxes', () => {
  const suite = Suite.begin();
  let page: Page;

  beforeEach(async () => {
    page = await suite.page();
    await suite.signIn(page);
  });

  async function drag(from: Place, to: Place): Promise<void> {
    await page.mouse.move(...(await onPage(page, from, FRAME)));
    await page.mouse.down();
    await page.mouse.move(...(await onPage(page, to, FRAME)), { steps: 5 });
    await page.mouse.up();
  }
  async function step(from: number, to: number): Promise<void> {
    const by = Math.sign(to - from);
    for (let frame = from + by; frame !== to + by; frame += by) {
      await page.keyboard.press(by > 0 ? 'ArrowRight' : 'ArrowLeft');
      await page.getByText(`Frame ${frame} of 50`).waitFor();
    }
  }
  const box = (how: RegExp) => page.getByRole('group', { name: how });
  const drawn = /^Box around object 1:/;
  const onItsWay = /on its way/;
  const offered = /in another frame/;
  /** x, y, width and height, as readers of the screen hear them. */
  const place = async (how: RegExp): Promise<number[]> => {
    const said = await box(how).getAttribute('aria-label');
    return (said?.replace(/^.*:/, '').match(/\d+/g) ?? []).map(Number);
  };

  it('hold in the place of points', async () => {
    const film = makeFilm(suite.folder, 'tapped');
    await bring(page, film.path);
    const outline = page.locator('.mask-outline');
    await tap(page, film.at, FRAME);
    await outline.waitFor();
    await page.getByRole('button', { name: 'Draw a box' }).click();
    await drag([300, 60], [360, 180]);
    await outline.waitFor({ state: 'detached' });
    await page.keyboard.press('z');
    await outline.waitFor();
  });

  it('are drawn, taken along, changed, worked with, and correct what came out', async () => {
    await bring(page, makeFilm(suite.folder, 'film').path);
    await page.getByRole('button', { name: 'Draw a box' }).click();
    await drag([200, 60], [260, 180]);
    expect(await place(drawn)).toEqual([200, 60, 60, 120]);

    // The dashed box is dragged along: one drag for each key frame.
    await step(1, 11);
    expect(await place(offered)).toEqual([200, 60, 60, 120]);
    await drag([230, 120], [261, 110]);
    expect(await place(drawn)).toEqual([231, 50, 60, 120]);
    await step(11, 6);
    expect(await place(onItsWay)).toEqual([215, 55, 61, 120]);

    // A corner is taken, which makes it a box of this frame, and that is undone.
    await drag([276, 175], [300, 200]);
    expect(await place(drawn)).toEqual([215, 55, 85, 145]);
    await page.keyboard.press('z');
    expect(await place(onItsWay)).toEqual([215, 55, 61, 120]);

    // Removed and taken back, by key and by button.
    await step(6, 11);
    await page.keyboard.press('Delete');
    await box(offered).waitFor();
    await page.keyboard.press('z');
    await page.getByRole('button', { name: 'Remove the box' }).click();
    await box(offered).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await box(drawn).waitFor();

    // By keys, once it was tapped; the frame stays.
    await page.mouse.click(...(await onPage(page, [261, 110], FRAME)));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+Alt+ArrowDown');
    expect(await place(drawn)).toEqual([230, 50, 60, 130]);
    await page.getByText('Frame 11 of 50').waitFor();

    const asked = page.waitForRequest(/\/segment$/);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    expect((await asked).postDataJSON()).toMatchObject({
      points: [],
      boxes: [
        { x: 200, y: 60, width: 60, height: 120, frameNumber: 0, object: 1 },
        { x: 230, y: 50, width: 60, height: 130, frameNumber: 10, object: 1 },
      ],
    });
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });

    // Between the two it was where the page would have shown it.
    const { masks } = (await (await page.request.get(page.url().replace('/jobs/', '/api/v1/jobs/') + '/masks')).json()) as {
      masks: { frameNumber: number; boundingBox: object }[];
    };
    expect(masks.find((mask) => mask.frameNumber === 5)?.boundingBox).toEqual({ x: 215, y: 55, width: 60, height: 125 });
    expect(masks.find((mask) => mask.frameNumber === 3)?.boundingBox).toEqual({ x: 209, y: 57, width: 60, height: 123 });

    // They correct what came out, on the side before and on that after.
    const before = page.url();
    await page.getByRole('slider', { name: 'Frames of the video' }).focus();
    await page.keyboard.press('End');
    await page.getByText('Frame 50 of 50').waitFor();
    await page.getByRole('button', { name: 'Draw a box' }).click();
    await drag([100, 100], [160, 200]);
    await drag([130, 150], [300, 150]);
    expect(await place(drawn)).toEqual([270, 100, 60, 100]);
    await page.getByRole('button', { name: 'Work these frames again' }).click();
    await page.waitForURL((url) => url.href !== before);
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
  }, 360_000);
});
