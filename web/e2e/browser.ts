// SPDX-License-Identifier: Apache-2.0
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    // In a sandbox of the system's own as root: the pages are ours.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });

/** A page that fails the test when it says something is wrong with itself. */
export async function newPage(browser: Browser, width = 1280, height = 800): Promise<{ page: Page; faults: string[] }> {
  const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const isNetwork = message.text().startsWith('Failed to load resource'); // What is refused on purpose.
    if (message.type() === 'error' && !isNetwork) faults.push(message.text());
  });
  return { page, faults };
}

/** Brings a video and waits until it can be tapped. */
export async function bring(page: Page, path: string): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(path);
  await stageIsUp(page);
}

/** A frame of the video is on the screen. */
export async function stageIsUp(page: Page): Promise<void> {
  await page.getByRole('application').waitFor();
  await page.locator('[aria-busy=false][role=img]').first().waitFor();
}

/** Makes an account, and waits for the start, or for what else is expected. */
export async function signUp(page: Page, address: string, expected = page.getByText('Drop a video.')): Promise<void> {
  await page.getByRole('button', { name: 'Make an account' }).first().click();
  await page.getByLabel('Mail address').fill(address);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Make an account' }).last().click();
  await expected.waitFor();
}

/** How fast the line is; holds for the page as long as it is open, whatever it loads. */
export class Line {
  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<Line> {
    return new Line(await page.context().newCDPSession(page));
  }

  /** In bytes a second; without a figure as fast as it goes. */
  async is({ up = -1, down = -1, latencyMs = 0 }): Promise<void> {
    await this.session.send('Network.emulateNetworkConditions',
      { offline: false, latency: latencyMs, downloadThroughput: down, uploadThroughput: up });
  }
}

/** Where a place of the frame is on the page, in CSS pixels. */
export async function onPage(page: Page, [x, y]: readonly [number, number], frame: { width: number; height: number }): Promise<[number, number]> {
  const layer = await page.getByRole('application').boundingBox();
  if (!layer) throw new Error('There is no stage.');
  const scale = Math.min(layer.width / frame.width, layer.height / frame.height);
  const left = layer.x + (layer.width - frame.width * scale) / 2;
  const top = layer.y + (layer.height - frame.height * scale) / 2;
  return [left + x * scale, top + y * scale];
}

/** Taps a place of the frame, given in pixels of the frame. */
export async function tap(page: Page, at: readonly [number, number], frame: { width: number; height: number }): Promise<void> {
  await page.mouse.click(...(await onPage(page, at, frame)));
}
