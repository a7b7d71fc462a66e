// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { newPage, startBrowser } from './browser';
import { Folder, Server } from './serve';

/** What a suite works with: a folder, the program, a browser. All is gone at its end, and pages after each test. */
export class Suite {
  readonly folder = new Folder();
  server!: Server;
  browser!: Browser;
  private cookies: Awaited<ReturnType<ReturnType<Page['context']>['cookies']>> | undefined; // Of the local owner.
  private open: { page: Page; faults: string[] }[] = [];

  private constructor() {}

  /** To be called inside `describe`. */
  static begin(settings = ''): Suite {
    const suite = new Suite();
    beforeAll(async () => {
      suite.server = await Server.start(suite.folder, settings);
      suite.browser = await startBrowser();
    });
    afterEach(() => suite.closePages());
    afterAll(async () => {
      await suite.browser.close();
      await suite.server.stop();
      suite.folder.remove();
    });
    return suite;
  }

  /** Of nobody, nowhere. The test fails when the page says that something is wrong with itself. */
  async page(width?: number, height?: number): Promise<Page> {
    const opened = await newPage(this.browser, width, height);
    this.open.push(opened);
    return opened.page;
  }

  /** To the start, as the local owner. `at`: where the server is for this page. */
  async signIn(page: Page, at = this.server.url): Promise<void> {
    if (this.cookies) await page.context().addCookies(this.cookies);
    await page.goto(this.cookies ? at : this.server.ownersLink.replace(this.server.url, at));
    this.cookies ??= await page.context().cookies(); // At once: the owner's link works for one page only.
    await page.getByText('Drop a video.').waitFor();
  }

  private async closePages(): Promise<void> {
    const opened = this.open.splice(0);
    for (const { page } of opened) await page.context().close();
    expect(opened.flatMap(({ faults }) => faults)).toEqual([]);
  }
}
