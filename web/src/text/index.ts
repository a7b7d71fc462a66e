// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';
import { de } from './de';
import { en } from './en';

export type Language = 'en' | 'de';
/** Every sentence of the page. English is the source; a language that lacks one does not compile. */
export type Texts = typeof en;

const catalogue: Record<Language, Texts> = { en, de };
const KEY = 'tapmask.language';
const listeners = new Set<() => void>();

function first(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'en' || chosen === 'de') return chosen;
  return navigator.languages.some((language) => language.toLowerCase().startsWith('de')) ? 'de' : 'en';
}

let current: Language = first();
document.documentElement.lang = current;

export const language = (): Language => current;
export const texts = (): Texts => catalogue[current];

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(KEY, next);
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The texts in the language of now: components that call it follow when it changes. */
export const useTexts = (): Texts => catalogue[useSyncExternalStore(subscribe, language)];
export const useLanguage = (): Language => useSyncExternalStore(subscribe, language);
