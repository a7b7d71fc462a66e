// SPDX-License-Identifier: Apache-2.0
import { useTexts } from '../text';
import { Link } from './Link';
import { useSession } from './session';

export function TopBar() {
  const t = useTexts();
  const session = useSession();
  return (
    <header className="flex h-12 shrink-0 items-center gap-4 border-b border-line bg-paper px-4">
      <Link href="/" className="flex items-center gap-2 font-semibold">
        <svg viewBox="0 0 16 16" className="h-4 w-4" aria-hidden="true">
          <circle cx="8" cy="8" r="6" fill="none" stroke="rgb(var(--accent))" strokeWidth="3" />
        </svg>
        {t.name}
      </Link>
      {session.state === 'signedIn' && (
        <nav className="ml-auto flex gap-4 text-small">
          <Link href="/history">{t.account.history}</Link>
          <Link href="/account">{t.account.title}</Link>
        </nav>
      )}
    </header>
  );
}
