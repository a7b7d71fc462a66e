// SPDX-License-Identifier: Apache-2.0
import type { AnchorHTMLAttributes, ReactNode } from 'react';
import { go } from './route';

/** To another address of this page, without loading it again. */
interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
  children: ReactNode;
}

export function Link({ href, onClick, children, ...rest }: Props) {
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(href);
      }}
      {...rest}
    >
      {children}
    </a>
  );
}
