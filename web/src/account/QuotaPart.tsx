// SPDX-License-Identifier: Apache-2.0
import type { Account, Config } from '../api/types';
import { useTexts } from '../text';
import { aboutText, bytesText, dayText } from '../text/format';
import { Bar } from './Bar';
import { OverQuota } from './OverQuota';
import { Part } from './Page';

/** What the tier gives, and how much of it is used. */
export function QuotaPart({ account, config }: { account: Account; config: Config }) {
  const t = useTexts();
  const most = config.tiers[account.tierType].maxStoredBytes;
  const { monthlyLimit: limit, monthlyQuota: used } = account;
  const kept = bytesText(account.storedBytes);
  const keptSays = most === null ? t.account.stored(kept) : t.account.storedOf(kept, bytesText(most));
  return (
    <>
      <Part name={t.account.month}>
        <OverQuota account={account} config={config} />
        {limit === null ? (
          <p>{t.account.noQuota}</p>
        ) : (
          <div className="flex flex-col gap-2">
            <p>{t.account.quota(used, limit)}</p>
            <Bar label={t.account.month} value={used} max={limit} says={t.account.quota(used, limit)} />
            {used < limit && (
              <p className="text-small text-soft">{t.account.newQuota(dayText(account.quotaResetDate))}</p>
            )}
          </div>
        )}
      </Part>
      <Part name={t.account.keptTitle}>
        <div className="flex flex-col gap-2">
          <p>{keptSays}</p>
          {most !== null && <Bar label={t.account.keptTitle} value={account.storedBytes} max={most} says={keptSays} />}
          <p className="text-small text-soft">
            {config.retentionSec === null ? t.account.keptForever : t.account.keptFor(aboutText(config.retentionSec, t))}
          </p>
        </div>
      </Part>
    </>
  );
}
