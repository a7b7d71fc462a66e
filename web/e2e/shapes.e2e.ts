// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { bring, tap } from './browser';
import { makeFilm, type Folder } from './serve';
import { Suite } from './suite';

const [WIDTH, HEIGHT] = [480, 270];

interface Shape {
  name: string;
  /** Clockwise quarter turns by which players turn it. */
  turns: number;
  /** A pixel is so many times as wide as it is high. */
  aspect: [number, number];
}

/** Where a place of the stored frame is in the shown one, and how large that is. */
function shown({ turns, aspect: [num, den] }: Shape, [x, y]: readonly [number, number]) {
  const width = (WIDTH * num) / den;
  const wide = (x * num) / den;
  const places = [[wide, y], [HEIGHT - y, wide], [width - wide, HEIGHT - y], [y, width - wide]] as const;
  const place = places[turns]!;
  return { at: place, frame: turns % 2 === 0 ? { width, height: HEIGHT } : { width: HEIGHT, height: width } };
}

function reshape(folder: Folder, film: string, { name, turns, aspect: [num, den] }: Shape): string {
  const out = folder.file(`${name}.mp4`);
  const isOld = /^ffmpeg version [45]\./.test(execFileSync('ffmpeg', ['-version']).toString());
  const aspect = ['-bsf:v', `h264_metadata=sample_aspect_ratio=${num}/${den}`];
  const display = `${WIDTH * num}:${HEIGHT * den}`;
  const rotation = String(((4 - turns) % 4) * 90); // Counterclockwise.
  const turned = isOld
    ? ['-i', film, '-c', 'copy', ...aspect, '-aspect', display, '-metadata:s:v:0', `rotate=${rotation}`]
    : ['-display_rotation', rotation, '-i', film, '-c', 'copy', ...aspect, '-aspect', display];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...turned, out]);
  return out;
}

describe('a tap', () => {
  const suite = Suite.begin();
  const { folder } = suite;
  let film: ReturnType<typeof makeFilm>;

  beforeAll(() => {
    film = makeFilm(folder, 'film', ['--no-occluder']);
  });

  const shapes: Shape[] = [
    ...[0, 1, 2, 3].map((turns): Shape => ({ name: `turned ${turns * 90}`, turns, aspect: [1, 1] })),
    { name: 'wide pixels', turns: 0, aspect: [4, 3] },
    { name: 'narrow pixels, turned 90', turns: 1, aspect: [8, 9] },
  ];

  for (const shape of shapes) {
    it(`finds what is under it: ${shape.name}`, async () => {
      const page = await suite.page(900, 900);
      await suite.signIn(page);
      await bring(page, reshape(folder, film.path, shape));
      const { at, frame } = shown(shape, film.at);
      await tap(page, at, frame);
      const outline = page.locator('.mask-outline');
      await outline.waitFor();

      const ring = await page.getByRole('application').locator('circle').first().boundingBox();
      const mask = await outline.boundingBox();
      const stage = await page.getByRole('application').boundingBox();
      if (!ring || !mask || !stage) throw new Error('Nothing is drawn.');
      const [x, y] = [ring.x + ring.width / 2, ring.y + ring.height / 2];
      expect(x).toBeGreaterThan(mask.x);
      expect(x).toBeLessThan(mask.x + mask.width);
      expect(y).toBeGreaterThan(mask.y);
      expect(y).toBeLessThan(mask.y + mask.height);
      // The figure stands upright in the stored frame, so turned by a quarter it lies.
      const scale = Math.min(stage.width / frame.width, stage.height / frame.height);
      expect(mask.height * mask.width).toBeLessThan(0.2 * scale * scale * frame.width * frame.height);
      expect(mask.height > mask.width).toBe(shape.turns % 2 === 0);
    });
  }
});
