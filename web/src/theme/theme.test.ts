// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const shown = () => document.documentElement.dataset.theme;

beforeEach(() => {
  vi.resetModules(); // Each test is a page that is opened.
  localStorage.clear();
  delete document.documentElement.dataset.theme;
});
afterEach(() => vi.restoreAllMocks());

describe('theme', () => {
  it('stands on the document as soon as it is imported', async () => {
    localStorage.setItem('tapmask.theme', 'dark');

    await import('./theme');

    expect(shown()).toBe('dark');
  });

  it('follows the system unless something was chosen, and where what was kept makes no sense', async () => {
    localStorage.setItem('tapmask.theme', 'purple');

    const { theme } = await import('./theme');

    expect([theme(), shown()]).toEqual(['system', undefined]);
  });

  it('takes over what is chosen in another tab', async () => {
    const { theme } = await import('./theme');

    localStorage.setItem('tapmask.theme', 'light');
    window.dispatchEvent(new StorageEvent('storage', { key: 'tapmask.theme' }));

    expect([theme(), shown()]).toEqual(['light', 'light']);
  });

  it('holds for this page where the browser keeps nothing', async () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const { setTheme } = await import('./theme');

    setTheme('dark');

    expect(shown()).toBe('dark');
  });
});
