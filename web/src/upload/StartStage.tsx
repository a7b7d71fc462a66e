// SPDX-License-Identifier: Apache-2.0
import type { RefObject } from 'react';
import type { Account } from '../api/types';
import { useTexts } from '../text';
import { dateText } from '../text/format';
import { TextButton } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { FileButton } from './FileButton';

interface Props {
  account: Account;
  accept: string;
  heading: RefObject<HTMLHeadingElement>;
  onFiles: (files: readonly File[]) => void;
  onSample?: (() => void) | undefined;
}

/** Nothing is here yet: one sentence, and where to begin. */
export function StartStage({ account, accept, heading, onFiles, onSample }: Props) {
  const t = useTexts();
  const isUsedUp = account.monthlyLimit !== null && account.monthlyQuota >= account.monthlyLimit;
  return (
    <div className="m-auto flex max-w-[26rem] flex-col items-center gap-6 p-6 text-center">
      <h1 ref={heading} tabIndex={-1} className="text-balance text-number font-semibold outline-none">
        {t.upload.drop}
      </h1>
      {isUsedUp && (
        <Notice wrong>
          <p className="text-left">
            {t.account.overQuota} {t.account.newQuota(dateText(account.quotaResetDate))}.
          </p>
        </Notice>
      )}
      <div className="flex flex-col items-center gap-2">
        <FileButton main={!isUsedUp} several accept={accept} onFiles={onFiles}>
          {t.upload.choose}
        </FileButton>
        {onSample && <TextButton onClick={onSample}>{t.upload.sample}</TextButton>}
      </div>
    </div>
  );
}
