// SPDX-License-Identifier: Apache-2.0
import { useTexts, type Texts } from '../text';
import { leftText } from '../text/format';
import { useTicking } from './ticking';

const MINUTE_MS = 60_000;
const SOON_MS = 60 * MINUTE_MS;

export function expiryText(expiresAt: string | null, now: number, t: Texts): string {
  if (expiresAt === null) return t.account.kept;
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return t.account.isGone;
  return t.account.expiresIn(left < MINUTE_MS ? t.account.lessThanMinute : leftText(left, t));
}

/** How long something is still there. */
export function Expiry({ expiresAt }: { expiresAt: string | null }) {
  const t = useTexts();
  const says = useTicking((now) => expiryText(expiresAt, now, t));
  const when = useTicking((now) => (expiresAt !== null && Date.parse(expiresAt) - now < SOON_MS ? 'soon' : 'later'));
  const look = when === 'soon' ? 'font-semibold text-unsure' : '';
  if (expiresAt === null) return <span>{says}</span>;
  return (
    <time dateTime={expiresAt} className={`whitespace-nowrap ${look}`}>
      {says}
    </time>
  );
}
