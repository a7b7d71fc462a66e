// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, type RefObject } from 'react';

/** For the element around a button marked `data-back`, whose place a question took: when it goes, that has the focus. */
export function useBackTo<Around extends HTMLElement>(asking: boolean): RefObject<Around> {
  const around = useRef<Around>(null);
  const before = useRef(asking);
  useEffect(() => {
    if (before.current && !asking) around.current?.querySelector<HTMLElement>('[data-back]')?.focus();
    before.current = asking;
  }, [asking]);
  return around;
}
