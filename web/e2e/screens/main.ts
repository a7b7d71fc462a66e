// SPDX-License-Identifier: Apache-2.0
// Pictures of all states of the page, from the real program: `npm run screens`, or of some `npm run screens -- NAME...`.
// They go to docs/screens, with a page that shows them.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Desk, shoot, SIZES, THEMES } from './desk';
import { moreStates } from './more_states';
import { states } from './states';

const folder = fileURLToPath(new URL('../../../docs/screens', import.meta.url));
const all = [...states, ...moreStates];
const nameOf = (state: string, theme: string, width: number) => `${state}-${theme}-${width}.webp`;

function readme(): string {
  const columns = SIZES.flatMap(({ width }) => THEMES.map((theme) => ({ theme, width })));
  const shown = all.filter(({ name }) => columns.every(({ theme, width }) => existsSync(join(folder, nameOf(name, theme, width)))));
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    '<!-- SPDX-License-Identifier: Apache-2.0 -->',
    '<!-- Written by `npm run screens` in web/. -->',
    '# The page in pictures',
    '',
    'Every state of the page, in both themes, on a desk and on a phone, as Chromium shows it. The films are made by',
    '`tapmask scene`; all else is the real program, and nothing in the page is set by hand; where an answer of the server is',
    'changed on its way, it is said. Motion is reduced. `npm run screens` in `web/` makes them again,',
    '`npm run screens -- NAME` those of one state.',
    '',
    row(['state', ...columns.map(({ theme, width }) => `${theme}, ${width}`)]),
    row(['---', ...columns.map(() => '---')]),
    ...shown.map(({ name, says }) => row([`**${name}**<br>${says}`, ...columns.map(({ theme, width }) =>
      `<a href="${nameOf(name, theme, width)}"><img src="${nameOf(name, theme, width)}" alt="${name}, ${theme}, ${width} px wide" width="${width > 800 ? 280 : 110}"></a>`)])),
    '',
  ].join('\n');
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.some((state) => state.name === name));
if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(' ')}`);

const desk = new Desk();
const failed: string[] = [];
for (const { name, draw } of all.filter((state) => wanted.length === 0 || wanted.includes(state.name))) {
  console.log(name);
  try {
    await draw(desk, (page) => shoot(page, (theme, width) => join(folder, nameOf(name, theme, width))));
  } catch (error) {
    failed.push(name);
    console.error(error);
  }
  await desk.clear();
}
await desk.end();
writeFileSync(join(folder, 'README.md'), readme());
if (failed.length > 0) {
  console.error(`No pictures of ${failed.join(', ')}.`);
  process.exitCode = 1;
}
