// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useState } from 'react';

/**
 * The token of a mail's link, as it was when the page came up. It is taken out of the address, and so out of the
 * history and of whatever is copied from there, before anything is asked of the server.
 */
export function useMailToken(token: string): string {
  const [first] = useState(token);
  useLayoutEffect(() => {
    if (window.location.search) window.history.replaceState(window.history.state, '', window.location.pathname);
  }, []);
  return first;
}
