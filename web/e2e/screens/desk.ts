// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bring, newPage, onPage, signUp, startBrowser, tap } from '../browser';
import { Cable } from '../cable';
import { Folder, makeFilm, Server } from '../serve';

export const FRAME = { width: 1280, height: 720 };
export const THEMES = ['light', 'dark'] as const;
export const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }] as const;
const QUALITY = 66; // Of WebP: text stays sharp, and all pictures together are small.

/** Films as people call theirs. */
export type FilmName = 'station.mp4' | 'park.mp4';
const films: Record<FilmName, string[]> = {
  'station.mp4': ['--leaves', '--noise', '1'], // The figure goes behind a tree and out: there are places to look at.
  'park.mp4': ['--no-occluder', '--second-object', '--seed', '3', '--noise', '1'],
};

interface Place {
  server: Server;
  /** Of the local owner. */
  cookies?: Awaited<ReturnType<BrowserContext['cookies']>>;
}

/** One browser and as many servers as there are different settings, all made when they are first wanted. */
export class Desk {
  private readonly folders = [new Folder()];
  private readonly servers = new Map<string, Place>();
  private readonly films = new Map<FilmName, { path: string; at: [number, number] }>();
  private readonly cables: Cable[] = [];
  private browser: Browser | undefined;

  /** A page of the local owner, at the start; or of nobody, where `signedIn` is false. */
  async page(settings = '', { signedIn = true } = {}): Promise<{ page: Page; server: Server }> {
    this.browser ??= await startBrowser();
    const { page } = await newPage(this.browser, SIZES[0].width, SIZES[0].height);
    const at = await this.serverOf(settings);
    if (signedIn && at.cookies) await page.context().addCookies(at.cookies);
    await page.goto(signedIn && !at.cookies ? at.server.ownersLink : at.server.url);
    if (signedIn) at.cookies ??= await page.context().cookies();
    await (signedIn ? page.getByText('Drop a video.') : page.getByRole('heading', { name: 'Sign in' })).waitFor();
    return { page, server: at.server };
  }

  /** A page of an account made for it, with the limits of the tier `free`. */
  async pageOf(address: string, settings = ''): Promise<{ page: Page; server: Server }> {
    const { page, server } = await this.page(settings, { signedIn: false });
    await signUp(page, address);
    return { page, server };
  }

  film(name: FilmName): { path: string; at: [number, number] } {
    const known = this.films.get(name);
    if (known) return known;
    const made = makeFilm(this.folders[0]!, name, films[name], { size: `${FRAME.width}x${FRAME.height}`, frames: 75 });
    const path = this.file(name);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', made.path, '-f', 'lavfi', '-i', 'sine=330', '-shortest', '-c:v', 'copy', '-c:a', 'aac', path]);
    const film = { path, at: made.at };
    this.films.set(name, film);
    return film;
  }

  file(name: string): string {
    return this.folders[0]!.file(name);
  }

  textCalled(name: string): string {
    const path = this.file(name);
    writeFileSync(path, 'This is no video at all, whatever its name says.\n'.repeat(100));
    return path;
  }

  /** The first half of a film, which says at its end what is in it. */
  halfOf(name: FilmName, called: string): string {
    const whole = readFileSync(this.film(name).path);
    const path = this.file(called);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    return path;
  }

  copyOf(name: FilmName, called: string): string {
    const path = this.file(called);
    copyFileSync(this.film(name).path, path);
    return path;
  }

  async bring(page: Page, name: FilmName): Promise<void> {
    await bring(page, this.film(name).path);
  }

  async tap(page: Page, name: FilmName): Promise<void> {
    await tap(page, this.film(name).at, FRAME);
    await page.locator('.mask-outline').first().waitFor();
    await page.mouse.move(...(await onPage(page, [5, 5], FRAME)));
  }

  /** A line to a server that can be cut. */
  async cableTo(server: Server): Promise<Cable> {
    const cable = await Cable.to(server.url);
    this.cables.push(cable);
    return cable;
  }

  /** No page is open any more. */
  async clear(): Promise<void> {
    for (const cable of this.cables.splice(0)) cable.remove();
    for (const context of this.browser?.contexts() ?? []) await context.close();
  }

  async end(): Promise<void> {
    await this.browser?.close();
    for (const { server } of this.servers.values()) await server.stop();
    for (const folder of this.folders) folder.remove();
  }

  private async serverOf(settings: string): Promise<Place> {
    const known = this.servers.get(settings);
    if (known) return known;
    const folder = new Folder();
    this.folders.push(folder);
    const made: Place = { server: await Server.start(folder, settings) };
    this.servers.set(settings, made);
    return made;
  }
}

/** Pictures of the page as it is now: both themes, both sizes. */
export async function shoot(page: Page, place: (theme: string, width: number) => string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction(isDrawn);
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
      const path = place(colorScheme, size.width);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, Buffer.from(data, 'base64'));
    }
  }
  await session.detach();
}

/** In the page: letters, pictures and the strip of film are there. */
function isDrawn(): boolean {
  const isWhole = (canvas: HTMLCanvasElement) =>
    canvas.width === 0 || (canvas.getContext('2d')?.getImageData(canvas.width - 2, canvas.height >> 1, 1, 1).data[3] ?? 0) > 0;
  return document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete) &&
    [...document.querySelectorAll('canvas')].every(isWhole);
}
