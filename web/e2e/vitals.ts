// SPDX-License-Identifier: Apache-2.0
// How soon the page is there, as Lighthouse measures it: `npm run vitals` prints the tables of BENCHMARKS.md.
import { Line, bring, startBrowser } from './browser';
import { Folder, makeFilm, Server } from './serve';
import type { Browser, Page } from 'playwright-core';

const RUNS = 5;
const QUIET_MS = 5000;
const LONG_MS = 50; // What a task may take before people notice.

interface Profile {
  name: string;
  size: { width: number; height: number };
  cpuSlowdown: number;
  kbits: number;
  roundTripMs: number;
}
// Lighthouse's own two (core/config/constants.js): its desktop, and its phone on "slow 4G".
const profiles: Profile[] = [
  { name: 'desktop', size: { width: 1350, height: 940 }, cpuSlowdown: 1, kbits: 10_240, roundTripMs: 40 },
  { name: 'phone', size: { width: 412, height: 823 }, cpuSlowdown: 4, kbits: 1638.4, roundTripMs: 150 },
];
// The browser delays whole requests, not packets, so Lighthouse takes these for what a connection costs.
const PER_REQUEST = 3.75;
const THROUGHPUT = 0.9;

interface Vitals {
  firstPaint: number;
  largestPaint: number;
  blocking: number;
  shift: number;
  kilobytes: number; // As sent, without films and pictures.
}

interface Seen {
  firstPaint: number;
  largestPaint: number;
  tasks: [start: number, duration: number][];
  shifts: [at: number, value: number][];
  loaded: number;
}

/** Of any kind. */
interface Entry extends PerformanceEntry {
  value?: number;
  hadRecentInput?: boolean;
}

/** In the page, before anything of it runs. */
function watch(): void {
  const seen: Seen = { firstPaint: 0, largestPaint: 0, tasks: [], shifts: [], loaded: 0 };
  (window as unknown as { seen: Seen }).seen = seen;
  const see = (type: string, act: (entry: Entry) => void) =>
    new PerformanceObserver((list) => (list.getEntries() as Entry[]).forEach(act)).observe({ type, buffered: true });
  see('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') seen.firstPaint = startTime;
  });
  see('largest-contentful-paint', ({ startTime }) => (seen.largestPaint = startTime));
  see('longtask', ({ startTime, duration }) => seen.tasks.push([startTime, duration]));
  see('layout-shift', ({ startTime, value = 0, hadRecentInput }) => {
    if (!hadRecentInput) seen.shifts.push([startTime, value]);
  });
  window.addEventListener('load', () => (seen.loaded = performance.now()));
}

/** In the page: loaded, and nothing long has run and nothing has come for so long. */
function isQuiet(quietMs: number): boolean {
  const { seen } = window as unknown as { seen: Seen };
  const ends = [seen.loaded, ...seen.tasks.map(([start, duration]) => start + duration),
    ...performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).responseEnd)];
  return seen.loaded > 0 && performance.now() - Math.max(...ends) > quietMs;
}

/** The worst five seconds, with no second between shifts: that is what "cumulative" has meant since 2021. */
function cumulative(shifts: Seen['shifts']): number {
  let worst = 0;
  let [first, last, sum] = [-Infinity, -Infinity, 0];
  for (const [at, value] of shifts) {
    if (at - last >= 1000 || at - first >= 5000) [first, sum] = [at, 0];
    last = at;
    sum += value;
    worst = Math.max(worst, sum);
  }
  return worst;
}

async function measure(browser: Browser, profile: Profile, url: string, cookies: Parameters<ReturnType<Page['context']>['addCookies']>[0]): Promise<Vitals> {
  const context = await browser.newContext({ viewport: profile.size }); // Nothing is in its cache.
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.addInitScript(watch);
  const session = await context.newCDPSession(page);
  const media = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => (type === 'Media' || type === 'Image') && media.add(requestId));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!media.has(requestId)) bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Emulation.setCPUThrottlingRate', { rate: profile.cpuSlowdown });
  const bytesPerSecond = (profile.kbits * 1024 * THROUGHPUT) / 8;
  await (await Line.of(page)).is({ down: bytesPerSecond, up: bytesPerSecond, latencyMs: profile.roundTripMs * PER_REQUEST });
  await page.goto(url);
  await page.waitForFunction(isQuiet, QUIET_MS, { timeout: 120_000, polling: 250 });
  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  await context.close();
  return {
    firstPaint: seen.firstPaint,
    largestPaint: seen.largestPaint,
    blocking: seen.tasks.reduce((sum, [start, duration]) => {
      const after = Math.min(duration, start + duration - seen.firstPaint);
      return sum + Math.max(0, after - LONG_MS);
    }, 0),
    shift: cumulative(seen.shifts),
    kilobytes: bytes / 1000,
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

const folder = new Folder();
const server = await Server.start(folder);
const browser = await startBrowser();
try {
  const page = await browser.newPage();
  await page.goto(server.ownersLink);
  const cookies = await page.context().cookies();
  await bring(page, makeFilm(folder, 'film', [], { size: '1280x720', frames: 250 }).path);
  const video = page.url();
  await page.context().close();
  const lines: string[] = [];
  for (const profile of profiles) {
    for (const [name, url] of [['start', server.url], ['stage', video]] as const) {
      const runs: Vitals[] = [];
      for (let i = 0; i < RUNS; i++) runs.push(await measure(browser, profile, url, cookies));
      const of = (key: keyof Vitals) => median(runs.map((run) => run[key]));
      const ms = (key: keyof Vitals) => `${(of(key) / 1000).toFixed(2)} s`;
      lines.push(`| ${name}, ${profile.name} | ${ms('firstPaint')} | ${ms('largestPaint')} | ${Math.round(of('blocking'))} ms | ${
        of('shift').toFixed(3)} | ${Math.round(of('kilobytes'))} kB |`);
    }
  }
  console.log(['| page | first contentful paint | largest contentful paint | total blocking time | cumulative layout shift | sent |', '|---|---|---|---|---|---|', ...lines].join('\n'));
} finally {
  await browser.close();
  await server.stop();
  folder.remove();
}
