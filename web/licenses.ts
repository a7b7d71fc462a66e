// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import license, { type Dependency } from 'rollup-plugin-license';
import type { Plugin } from 'vite';

// In the page, though not as modules that the bundler sees: the font, the styles, what Plyr carries inside its own
// file, and the bundler's own lines.
const beside = ['@fontsource-variable/hanken-grotesk', 'tailwindcss', 'loadjs', 'rangetouch', 'vite'];
const line = '='.repeat(80);

type Package = Pick<Dependency, 'name' | 'version' | 'license' | 'licenseText' | 'noticeText'>;

function installed(name: string): Package {
  const folder = `node_modules/${name}`;
  const facts = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version: string; license: string };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(`${folder}/${file}`, 'utf8') : null;
  // Vite's goes on with those of the packages inside it, none of which is in the page.
  const own = text?.split('# Licenses of bundled dependencies')[0] ?? null;
  return { ...facts, name, licenseText: own, noticeText: null };
}

function section({ name, version, license, licenseText, noticeText }: Package): string {
  if (!licenseText) throw new Error(`${name} has no licence's text, so it cannot be passed on.`);
  const texts = [licenseText, noticeText ?? ''].map((text) => text.replaceAll('\r\n', '\n').trim()).filter(Boolean);
  return `${line}\n${name} ${version} (${license})\n${line}\n\n${texts.join('\n\n')}\n`;
}

/** Writes licenses.txt: of every package that is in the page, and of no other, the licence. */
export function licenses(): { scan: Plugin; write: Plugin } {
  let modules: readonly Package[] = [];
  const scan = license({ thirdParty: { multipleVersions: true, output: (found) => (modules = found) } }) as Plugin;
  const write: Plugin = {
    name: 'licenses.txt',
    apply: 'build',
    generateBundle() {
      const packages = [...modules, ...beside.map(installed)]
        .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
      const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
      const unnamed = Object.keys(dependencies).filter((name) => !packages.some((each) => each.name === name));
      if (unnamed.length > 0) throw new Error(`licenses.ts does not see ${unnamed.join(', ')} in the page.`);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: packages.map(section).join('\n') });
    },
  };
  return { scan, write };
}
