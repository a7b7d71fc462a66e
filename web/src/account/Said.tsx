// SPDX-License-Identifier: Apache-2.0
import type { ApiError } from '../api/problem';
import { useTexts } from '../text';
import { aboutText } from '../text/format';
import { ProblemNotice } from '../ui/Notice';

/** Why it did not work, and how long to wait where the server says so. */
export function Said({ error }: { error: ApiError | undefined }) {
  const t = useTexts();
  if (!error) return null;
  return (
    <div className="flex flex-col gap-1">
      <ProblemNotice error={error} />
      {error.retryAfterSeconds !== undefined && error.retryAfterSeconds > 0 && (
        <p className="pl-3 text-small text-soft">{t.account.waitFor(aboutText(error.retryAfterSeconds, t))}</p>
      )}
    </div>
  );
}
