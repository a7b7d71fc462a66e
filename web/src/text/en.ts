// SPDX-License-Identifier: Apache-2.0
import { account } from './en/account';
import { problems } from './en/problems';
import { report } from './en/report';
import { stage } from './en/stage';
import { upload } from './en/upload';
import { work } from './en/work';

const many = (n: number, one: string, more: string) => (n === 1 ? one : `${n} ${more}`);

export const en = {
  name: 'TapMask',
  close: 'Close',
  again: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  loading: 'One moment',
  theme: { light: 'Light', dark: 'Dark', system: 'As the system' },
  language: { en: 'English', de: 'Deutsch', label: 'Language' },
  connectionLost: 'The connection is lost. What runs goes on; this page takes it up again by itself.',
  notFound: 'There is nothing at this address.',
  toStart: 'To the start',
  pageFault: 'This page has a fault. Your videos are safe on the server; load the page again.',
  time: {
    lessThanTenSeconds: 'less than 10 seconds',
    aboutSeconds: (n: number) => `about ${n} seconds`,
    aboutMinutes: (n: number) => `about ${many(n, '1 minute', 'minutes')}`,
    aboutHours: (n: number) => `about ${many(n, '1 hour', 'hours')}`,
    hoursMinutes: (h: number, m: number) => `${h} h ${m} min`,
    minutes: (m: number) => `${m} min`,
  },
  account,
  problems,
  report,
  stage,
  upload,
  work,
};
