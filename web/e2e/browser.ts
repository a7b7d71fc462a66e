// SPDX-License-Identifier: Apache-2.0
import { chromium, type Browser, type Page } from 'playwright-core';

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
  await page.getByRole('application').waitFor();
  await page.locator('[aria-busy=false][role=img]').first().waitFor();
}

/** Taps a place of the frame, given in pixels of the frame. */
export async function tap(page: Page, [x, y]: readonly [number, number], frame: { width: number; height: number }): Promise<void> {
  const layer = await page.getByRole('application').boundingBox();
  if (!layer) throw new Error('There is no stage.');
  const scale = Math.min(layer.width / frame.width, layer.height / frame.height);
  const left = layer.x + (layer.width - frame.width * scale) / 2;
  const top = layer.y + (layer.height - frame.height * scale) / 2;
  await page.mouse.click(left + x * scale, top + y * scale);
}
