// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';

/** Stage, strip and sheet: beside each other on a wide screen; on a phone the sheet lies below the strip. */
export function Table({ stage, bar, strip, sheet }: { stage: ReactNode; bar?: ReactNode; strip: ReactNode; sheet: ReactNode }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col wide:grid wide:grid-cols-[minmax(0,1fr)_22rem] wide:grid-rows-[minmax(0,1fr)_auto]">
      <div className="relative h-[42vh] shrink-0 wide:h-auto wide:min-h-0">{stage}</div>
      <div className="order-2 border-t border-line wide:order-none wide:col-start-1">
        {bar && <div className="border-b border-line bg-paper px-3 py-2">{bar}</div>}
        {strip}
      </div>
      <div className="order-3 min-h-0 overflow-y-auto border-t border-line bg-paper p-4 shadow-sheet wide:order-none wide:col-start-2 wide:row-span-2 wide:row-start-1 wide:border-l wide:border-t-0 wide:shadow-none">
        {sheet}
      </div>
    </div>
  );
}
