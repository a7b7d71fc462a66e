// SPDX-License-Identifier: Apache-2.0
import type { Account, Config } from '../api/types';
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { dayText } from '../text/format';
import { Notice } from '../ui/Notice';

export type UsedUp = 'month' | 'storage' | undefined;

/** What of an account is used up, as far as can be told before anything is sent. */
export function usedUp(account: Account, config: Config): UsedUp {
  if (account.monthlyLimit !== null && account.monthlyQuota >= account.monthlyLimit) return 'month';
  const most = config.tiers[account.tierType].maxStoredBytes;
  return most !== null && account.storedBytes >= most ? 'storage' : undefined;
}

/** Says that nothing new can be brought for now, why, and what helps; nothing where there is room. */
export function OverQuota({ account, config }: { account: Account; config: Config }) {
  const t = useTexts();
  const what = usedUp(account, config);
  if (!what) return null;
  return (
    <Notice wrong>
      {what === 'month' ? (
        <>
          <p>
            {t.account.overQuota} {t.account.newQuota(dayText(account.quotaResetDate))}.
          </p>
          <p className="text-small text-soft">{t.account.overQuotaStill}</p>
        </>
      ) : (
        <p>
          {t.account.overStorage}{' '}
          <Link href="/history" className="text-accent-text underline underline-offset-4">
            {t.account.overStorageDo}
          </Link>
        </p>
      )}
    </Notice>
  );
}
