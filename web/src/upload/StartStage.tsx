// SPDX-License-Identifier: Apache-2.0
import type { RefObject } from 'react';
import type { Account } from '../api/types';
import type { FramePoint } from '../geometry/pixels';
import { useTexts } from '../text';
import { dayText } from '../text/format';
import { Notice } from '../ui/Notice';
import { FileButton } from './FileButton';
import { Sample } from './Sample';

interface Props {
  account: Account;
  accept: string;
  heading: RefObject<HTMLHeadingElement>;
  onFiles: (files: readonly File[]) => void;
  sampleFailed: boolean;
  onSample: (at?: FramePoint) => void;
}

/** Nothing is here yet: one sentence, and where to begin. */
export function StartStage({ account, accept, heading, onFiles, sampleFailed, onSample }: Props) {
  const t = useTexts();
  const isUsedUp = account.monthlyLimit !== null && account.monthlyQuota >= account.monthlyLimit;
  return (
    <div className="m-auto flex max-w-[30rem] flex-col items-center gap-6 p-6 text-center wide:max-w-[44rem]">
      <h1 ref={heading} tabIndex={-1} className="text-balance text-number font-semibold outline-none">
        {t.upload.drop}
      </h1>
      {isUsedUp && (
        <Notice wrong>
          <p className="text-left">
            {t.account.overQuota} {t.account.newQuota(dayText(account.quotaResetDate))}.
          </p>
        </Notice>
      )}
      <FileButton main={!isUsedUp} several accept={accept} onFiles={onFiles}>
        {t.upload.choose}
      </FileButton>
      {sampleFailed && <Notice wrong>{t.upload.sampleFailed}</Notice>}
      {!isUsedUp && <Sample onTake={onSample} />}
    </div>
  );
}
