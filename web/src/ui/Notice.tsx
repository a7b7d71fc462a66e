// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { ApiError } from '../api/problem';
import { useTexts } from '../text';

/** Something that has happened, in words; read out to those who do not see it. */
export function Notice({ wrong = false, children }: { wrong?: boolean; children: ReactNode }) {
  return (
    <div role={wrong ? 'alert' : 'status'} className={`border-l-2 pl-3 ${wrong ? 'border-wrong' : 'border-line'}`}>
      {children}
    </div>
  );
}

/** What went wrong and what to do; the code stands small, to copy. */
export function ProblemNotice({ error }: { error: ApiError }) {
  const t = useTexts();
  return (
    <Notice wrong>
      <p>{t.problems[error.code] ?? (error.detail || t.problems.other)}</p>
      <p className="select-all text-small text-soft">{error.code}</p>
    </Notice>
  );
}
