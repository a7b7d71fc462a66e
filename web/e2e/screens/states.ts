// SPDX-License-Identifier: Apache-2.0
import type { Page } from 'playwright-core';
import { Line, onPage, stageIsUp } from '../browser';
import type { Cable } from '../cable';
import { heavier, type Server } from '../serve';
import { FRAME, type Desk, type FilmName } from './desk';

export interface State {
  /** And of its pictures. */
  name: string;
  /** What is seen, and how the page came there. */
  says: string;
  draw: (desk: Desk, shoot: (page: Page) => Promise<void>) => Promise<void>;
}

const SLOW = { up: 1_200_000 }; // Bytes a second, of 40 MB: there is time for pictures.
const go = (page: Page) => page.getByRole('button', { name: 'Go', exact: true }).click();
const done = (page: Page) => page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });

async function uploading(desk: Desk): Promise<{ page: Page; cable: Cable }> {
  const { page, server } = await desk.page();
  const cable = await desk.cableTo(server);
  await page.goto(cable.url);
  await (await Line.of(page)).is(SLOW);
  await page.locator('input[type=file]').first().setInputFiles(heavier(desk.film('station.mp4').path, desk.file('market.mp4'), 40_000_000));
  await page.getByText(/\/s · .* left/).waitFor();
  await page.waitForFunction(() => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) >= 20);
  return { page, cable };
}

async function onStage(desk: Desk, name: FilmName, settings = ''): Promise<{ page: Page; server: Server }> {
  const at = await desk.page(settings);
  await desk.bring(at.page, name);
  return at;
}

async function tapped(desk: Desk, name: FilmName, settings = ''): Promise<{ page: Page; server: Server }> {
  const at = await onStage(desk, name, settings);
  await desk.tap(at.page, name);
  return at;
}

/** To look at, in the order of their frames. */
async function placesOf(page: Page): Promise<{ lookAt: number; state?: string }[]> {
  const answer = await page.request.get(page.url().replace('/jobs/', '/api/v1/jobs/') + '/review');
  return ((await answer.json()) as { spans: { lookAt: number; state?: string }[] }).spans;
}

async function working(desk: Desk): Promise<{ page: Page; server: Server }> {
  const at = await tapped(desk, 'station.mp4', ONE_PLACE);
  await at.page.getByRole('radio', { name: /Erase it/ }).check();
  await go(at.page);
  await at.page.getByText('you can close this page').waitFor();
  await at.page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) >= 25);
  return at;
}

const ONE_PLACE = '[workers]\njobs = 1\n';

export const states: State[] = [
  {
    name: 'empty', says: 'Nothing is here yet.',
    draw: async (desk, shoot) => shoot((await desk.page()).page),
  },
  {
    name: 'uploading', says: 'A file on its way, over a line of 1.2 MB/s.',
    draw: async (desk, shoot) => shoot((await uploading(desk)).page),
  },
  {
    name: 'upload-paused', says: 'Paused by the button.',
    draw: async (desk, shoot) => {
      const { page } = await uploading(desk);
      await page.getByRole('button', { name: /^Pause/ }).click();
      await page.getByText('Paused.').first().waitFor();
      await shoot(page);
    },
  },
  {
    name: 'upload-resuming', says: 'The page was loaded anew in the middle of an upload.',
    draw: async (desk, shoot) => {
      const { page } = await uploading(desk);
      await page.reload();
      await page.getByText('it goes on where it stopped').first().waitFor();
      await page.getByText(/ MB of /).waitFor();
      await shoot(page);
    },
  },
  {
    name: 'upload-cut', says: 'The line to the server was cut in the middle of an upload.',
    draw: async (desk, shoot) => {
      const { page, cable } = await uploading(desk);
      cable.cut();
      await page.getByText('The line was cut').first().waitFor();
      await shoot(page);
    },
  },
  {
    name: 'refused', says: 'A text file that is called .mp4.',
    draw: async (desk, shoot) => {
      const { page } = await desk.page();
      await page.locator('input[type=file]').first().setInputFiles(desk.textCalled('holiday.mp4'));
      await page.getByRole('alert').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'uploads-ready', says: 'Two videos were brought at once: whoever did so chooses.',
    draw: async (desk, shoot) => {
      const { page } = await desk.page();
      await page.locator('input[type=file]').first().setInputFiles([desk.film('station.mp4').path, desk.film('park.mp4').path]);
      await page.getByRole('button', { name: /^Open/ }).nth(1).waitFor();
      await shoot(page);
    },
  },
  {
    name: 'ready', says: 'The video is on the stage.',
    draw: async (desk, shoot) => shoot((await onStage(desk, 'station.mp4')).page),
  },
  {
    name: 'thinking', says: 'A tap that is not answered yet: the worker process was stopped for the picture.',
    draw: async (desk, shoot) => {
      const { page, server } = await onStage(desk, 'station.mp4');
      await server.whileHeld(async () => {
        await page.mouse.click(...(await onPage(page, desk.film('station.mp4').at, FRAME)));
        await page.getByText('Looking').first().waitFor();
        await shoot(page);
      });
    },
  },
  {
    name: 'tapped', says: 'The answer: a mask.',
    draw: async (desk, shoot) => shoot((await tapped(desk, 'station.mp4')).page),
  },
  {
    name: 'ambiguous', says: 'The tap may mean more than the object: that is looked at.',
    draw: async (desk, shoot) => {
      const { page } = await tapped(desk, 'station.mp4');
      await page.getByText('More around it').click();
      await shoot(page);
    },
  },
  {
    name: 'nothing-found', says: 'The one answer that is changed on its way: the engine finds something nearly everywhere, so its masks are left out.',
    draw: async (desk, shoot) => {
      const { page } = await onStage(desk, 'park.mp4');
      await page.route('**/api/v1/preview', (route) => route.fulfill({ json: { candidates: [] } }));
      await page.mouse.click(...(await onPage(page, [FRAME.width * 0.6, 20], FRAME)));
      await page.getByText('Nothing was found there.').first().waitFor();
      await shoot(page);
    },
  },
  {
    name: 'settings', says: 'What is folded away otherwise.',
    draw: async (desk, shoot) => {
      const { page } = await tapped(desk, 'park.mp4');
      await page.getByText('Settings', { exact: true }).click();
      await page.getByText('Only a part of the video').scrollIntoViewIfNeeded();
      await shoot(page);
    },
  },
  {
    name: 'keys', says: 'All keys, by “?”.',
    draw: async (desk, shoot) => {
      const { page } = await tapped(desk, 'park.mp4');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'queued', says: 'There is one place, and another video has it; the worker process was stopped for the picture.',
    draw: async (desk, shoot) => {
      const { page: other, server } = await working(desk);
      await server.whileHeld(async () => {
        const { page } = await desk.page(ONE_PLACE);
        await page.goto(other.url().replace(/jobs.*/, 'history'));
        await page.getByRole('heading', { name: 'station.mp4' }).first().getByRole('link').click();
        await stageIsUp(page);
        await page.mouse.click(...(await onPage(page, desk.film('station.mp4').at, FRAME)));
        await go(page);
        await page.getByRole('heading', { name: 'In line' }).waitFor();
        await shoot(page);
        await page.getByRole('button', { name: 'Stop' }).click();
      });
      await other.getByRole('button', { name: 'Stop' }).click();
    },
  },
  {
    name: 'working', says: 'The worker process was stopped for the picture, so that all four show the same.',
    draw: async (desk, shoot) => {
      const { page, server } = await working(desk);
      await server.whileHeld(() => shoot(page));
      await page.getByRole('button', { name: 'Stop' }).click();
    },
  },
  {
    name: 'connection-lost', says: 'The browser is offline while a video is worked on.',
    draw: async (desk, shoot) => {
      const { page } = await working(desk);
      await page.context().setOffline(true);
      await page.getByText('The connection is lost.').waitFor();
      await shoot(page);
      await page.context().setOffline(false);
    },
  },
  {
    name: 'failed-ours', says: 'Something stands in the way of the folder that the result goes to.',
    draw: async (desk, shoot) => {
      const { page, server } = await tapped(desk, 'park.mp4');
      await go(page);
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      server.blockResult(page.url().split('/').at(-1)!);
      await page.getByRole('heading', { name: 'It did not work.' }).waitFor({ timeout: 120_000 });
      await shoot(page);
    },
  },
  {
    name: 'failed-theirs', says: 'The worker process was killed three times in the middle of the work.',
    draw: async (desk, shoot) => {
      const { page, server } = await tapped(desk, 'park.mp4');
      await go(page);
      for (const attempt of [1, 2, 3]) {
        if (attempt > 1) await page.getByText(`this is try ${attempt} of 3`).waitFor({ timeout: 60_000 });
        await page.getByRole('listitem').filter({ hasText: 'Following' }).and(page.locator('[aria-current=step]')).waitFor({ timeout: 60_000 });
        for (const pid of server.workers()) process.kill(pid, 'SIGKILL');
      }
      await page.getByRole('heading', { name: 'It did not work.' }).waitFor({ timeout: 60_000 });
      await shoot(page);
    },
  },
  {
    name: 'cancelled', says: 'Stopped by the button.',
    draw: async (desk, shoot) => {
      const { page } = await working(desk);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('It was stopped.').waitFor();
      await shoot(page);
    },
  },
  {
    name: 'done', says: 'Before and after, and nothing to look at.',
    draw: async (desk, shoot) => {
      const { page } = await tapped(desk, 'park.mp4');
      await go(page);
      await done(page);
      await shoot(page);
    },
  },
  {
    name: 'review', says: 'The figure went behind a tree and out of the picture; the place is looked at, and a tap corrects it.',
    draw: async (desk, shoot) => {
      const { page } = await tapped(desk, 'station.mp4');
      await go(page);
      await done(page);
      for (const { lookAt, state } of await placesOf(page)) {
        await page.getByRole('button', { name: 'Next place' }).click();
        await page.getByText(`Frame ${lookAt + 1} of`).waitFor();
        if (state === 'lost') break;
      }
      await shoot(page);
    },
  },
];
