// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';

/** Every sentence by its path; sentences with gaps are filled alike. */
function sentences(part: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(part) as [string, unknown][]) {
    const at = path ? `${path}.${name}` : name;
    if (typeof value === 'string') found.set(at, value);
    else if (typeof value === 'function') found.set(at, (value as (...gaps: unknown[]) => string)('7', '8', '9'));
    else if (value && typeof value === 'object') for (const [key, text] of sentences(value, at)) found.set(key, text);
  }
  return found;
}

// Words that are the same in both, or names.
const alike = new Set(['name', 'language.en', 'language.de', 'account.tiers.pro']);

describe('German', () => {
  const english = sentences(en);
  const german = sentences(de);

  it('has every sentence of the English catalogue, each in its own words', () => {
    const missing = [...english.keys()].filter((path) => !german.has(path));
    const untranslated = [...english].filter(([path, text]) =>
      german.get(path) === text && /[a-z]{3}/i.test(text) && !alike.has(path)).map(([path]) => path);

    expect(missing).toEqual([]);
    expect(untranslated).toEqual([]);
  });

  it('fills the same gaps', () => {
    const gaps = (text: string | undefined) => [...new Set(text?.match(/[789]/g))].sort().join('');
    const other = [...english].filter(([path, text]) => gaps(text) !== gaps(german.get(path))).map(([path]) => path);

    expect(other).toEqual([]);
  });

  it('speaks of every code that the English one does', () => {
    expect(Object.keys(en.problems).filter((code) => !de.problems[code])).toEqual([]);
  });
});
