// SPDX-License-Identifier: Apache-2.0
import type { Config } from 'tailwindcss';

const token = (name: string) => `rgb(var(--${name}) / <alpha-value>)`;

// Everything here replaces Tailwind's own: there is no other colour, size or radius than the tokens'
// (src/theme/tokens.css).
export default {
  content: ['./index.html', './src/**/*.{ts,tsx}'],
  theme: {
    colors: {
      transparent: 'transparent',
      current: 'currentColor',
      table: token('table'), // What lies under everything.
      paper: token('paper'), // Sheets on it.
      line: token('line'), // Hairlines.
      ink: token('ink'),
      soft: token('soft'), // Text of second rank.
      accent: token('accent'),
      'on-accent': token('on-accent'),
      'accent-text': token('accent-text'),
      unsure: token('unsure'), // Where we are not sure.
      wrong: token('wrong'),
    },
    fontFamily: { sans: ['"Hanken Grotesk Variable"', 'system-ui', 'sans-serif'] },
    fontSize: {
      small: ['0.8125rem', '1.25rem'],
      text: ['0.9375rem', '1.5rem'],
      number: ['1.75rem', '2rem'],
    },
    borderRadius: { none: '0', DEFAULT: '6px', full: '999px' },
    boxShadow: { none: 'none', sheet: '0 -8px 32px rgb(0 0 0 / 0.22)' },
    screens: { wide: '860px' },
    extend: { transitionDuration: { DEFAULT: '150ms' } },
  },
  plugins: [],
} satisfies Config;
