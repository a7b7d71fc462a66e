// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '.';
import { account } from './de/account';
import { problems } from './de/problems';
import { report } from './de/report';
import { stage } from './de/stage';
import { upload } from './de/upload';
import { work } from './de/work';

export const de: Texts = {
  name: 'TapMask',
  close: 'Schließen',
  again: 'Noch einmal versuchen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  loading: 'Einen Augenblick',
  theme: { light: 'Hell', dark: 'Dunkel', system: 'Wie das System' },
  language: { en: 'English', de: 'Deutsch', label: 'Sprache' },
  connectionLost: 'Die Verbindung ist weg. Was läuft, läuft weiter; diese Seite nimmt es von selbst wieder auf.',
  notFound: 'Unter dieser Adresse ist nichts.',
  toStart: 'Zum Anfang',
  pageFault: 'Diese Seite hat einen Fehler. Ihre Videos sind auf dem Server sicher; laden Sie die Seite neu.',
  time: {
    lessThanTenSeconds: 'weniger als 10 Sekunden',
    aboutSeconds: (n) => `etwa ${n} Sekunden`,
    aboutMinutes: (n) => (n === 1 ? 'etwa 1 Minute' : `etwa ${n} Minuten`),
    aboutHours: (n) => (n === 1 ? 'etwa 1 Stunde' : `etwa ${n} Stunden`),
    hoursMinutes: (h, m) => `${h} Std. ${m} Min.`,
    minutes: (m) => `${m} Min.`,
  },
  account,
  problems,
  report,
  stage,
  upload,
  work,
};
