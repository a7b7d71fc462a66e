// SPDX-License-Identifier: Apache-2.0
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { licenses } from './licenses';

// A server that runs elsewhere while the page is worked on: `./run serve`, then `npm run dev`.
const server = process.env.TAPMASK_URL ?? 'http://127.0.0.1:8080';

const { scan, write } = licenses();

export default defineConfig({
  plugins: [react(), scan, write],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // The content-security policy allows no data: addresses of scripts and styles.
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  worker: { format: 'es', plugins: () => [scan] },
  server: {
    proxy: {
      '/api': {
        target: server,
        changeOrigin: true,
        configure: (proxy) => proxy.on('proxyReq', (request) => {
          if (request.getHeader('origin')) request.setHeader('origin', server);
        }),
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
