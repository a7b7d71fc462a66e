// SPDX-License-Identifier: Apache-2.0
import { Link } from '../app/Link';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';

/** The video's time is over. */
export function Gone() {
  const t = useTexts();
  return (
    <Centered>
      <h1 className="text-number font-semibold">{t.work.goneTitle}</h1>
      <p>{t.work.gone}</p>
      <Link href="/" className="flex min-h-11 items-center self-start rounded bg-accent px-4 font-semibold text-on-accent">
        {t.upload.choose}
      </Link>
    </Centered>
  );
}
