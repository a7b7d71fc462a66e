// SPDX-License-Identifier: Apache-2.0
import { language } from '../text';

/** "1 Dec 2026": a day, where the hour does not matter. */
export const dayText = (iso: string): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: 'medium' }).format(new Date(iso));
