// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bring, onPage, tap } from './browser';
import { Suite } from './suite';

const CLIPS = join(process.env.TAPMASK_CLIPS ?? fileURLToPath(new URL('../../../shared/clips', import.meta.url)), 'video');

// Every rotation and pixel aspect among them, with the size of the frame as it is shown.
const clips = [
  { name: 'sam2_dog.mp4', says: 'upright', frame: { width: 1280, height: 720 } },
  { name: 'decord_video_90.mov', says: 'turned by 90', frame: { width: 320, height: 568 } },
  { name: 'photoprism_hvc1.mov', says: 'turned by 90, HEVC', frame: { width: 720, height: 1280 } },
  { name: 'moviepy_fire2.mp4', says: 'turned by 180', frame: { width: 1280, height: 720 } },
  { name: 'mmaction_demo.mp4', says: 'wide pixels, 64:51', frame: { width: 427, height: 256 } },
];

/** A picture's or a film's first frame as it is shown, 32 grey pixels a side. */
const small = (path: string, crop = ''): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-frames:v', '1', '-vf', `${crop}scale=32:32:flags=area,format=gray`,
    '-f', 'rawvideo', '-']);

function difference(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe.skipIf(!existsSync(CLIPS))('a tap on a real clip', () => {
  const suite = Suite.begin();

  for (const { name, says, frame } of clips) {
    it(`goes where it was meant: ${says}`, async () => {
      const page = await suite.page(1000, 900);
      await suite.signIn(page);
      const path = join(CLIPS, name);
      await bring(page, path);

      // What lies on the stage is the frame as players show it, from corner to corner.
      const [left, top] = await onPage(page, [0, 0], frame);
      const [right, bottom] = await onPage(page, [frame.width, frame.height], frame);
      const shot = suite.folder.file(`${name}.png`);
      await page.getByRole('button', { name: 'Play' }).evaluate((button) => (button.style.visibility = 'hidden'));
      await page.screenshot({ path: shot, clip: { x: left, y: top, width: right - left, height: bottom - top } });
      expect(difference(small(shot), small(path))).toBeLessThan(12); // The buttons for zooming lie over it.
      expect(difference(small(shot), small(path, 'hflip,vflip,'))).toBeGreaterThan(12);

      // And the server is told the place in that frame.
      const at = [frame.width * 0.3, frame.height * 0.4] as const;
      const asked = page.waitForRequest('**/api/v1/preview');
      await tap(page, at, frame);
      const body = (await asked).postDataJSON() as { frameNumber: number; points: { x: number; y: number }[] };
      expect(body.frameNumber).toBe(0);
      const cssPixel = frame.width / (right - left);
      expect(Math.abs(body.points[0]!.x - at[0])).toBeLessThan(1.01 * cssPixel);
      expect(Math.abs(body.points[0]!.y - at[1])).toBeLessThan(1.01 * cssPixel);
    });
  }
});
