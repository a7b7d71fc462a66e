// SPDX-License-Identifier: Apache-2.0
import { language, type Texts } from '.';

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** "4.1 MB": as file managers say it. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  const number = new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
  return `${number} ${units[unit]}`;
}

/** "0:04.2", "1:02:07.0": where a player stands. */
export function clockText(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const [hours, minutes, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, tenths % 600];
  const two = (n: number) => String(n).padStart(2, '0');
  const tail = `${two(Math.floor(rest / 10))}.${rest % 10}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** "about 2 minutes", "less than 10 seconds": no more exact than we know. */
export function aboutText(seconds: number, t: Texts): string {
  if (seconds < 10) return t.time.lessThanTenSeconds;
  if (seconds < 55) return t.time.aboutSeconds(Math.round(seconds / 10) * 10);
  if (seconds < 55 * 60) return t.time.aboutMinutes(Math.max(1, Math.round(seconds / 60)));
  return t.time.aboutHours(Math.max(1, Math.round(seconds / 3600)));
}

/** "23 h 58 min", "4 min": until something is gone. */
export function leftText(milliseconds: number, t: Texts): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  return minutes >= 60 ? t.time.hoursMinutes(Math.floor(minutes / 60), minutes % 60) : t.time.minutes(minutes);
}

export const dateText = (iso: string): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));

/** "1 Dec 2026": a day, where the hour does not matter. */
export const dayText = (iso: string): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: 'medium' }).format(new Date(iso));
