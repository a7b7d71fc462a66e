// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config';

// The page in Debian's Chromium against the real program: `npm run e2e`, with TAPMASK naming a program that has the page.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
