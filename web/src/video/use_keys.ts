// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'react';

/** By the key's name, "shift+" before it where it is held. */
export type Keys = Partial<Record<string, () => void>>;

/** The page's keys, wherever the focus is but in a field. */
export function useKeys(keys: Keys): void {
  const now = useRef(keys);
  useEffect(() => {
    now.current = keys;
  });
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      const { target } = event;
      const inField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
      if (inField || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const pressesButton = target instanceof HTMLElement && target.closest('button, a, summary') !== null;
      if (pressesButton && (event.key === ' ' || event.key === 'Enter')) return;
      const name = event.shiftKey && event.key.startsWith('Arrow') ? `shift+${event.key}` : event.key;
      const key = now.current[name];
      if (!key) return;
      event.preventDefault();
      key();
    }
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}
