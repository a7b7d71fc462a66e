// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { useTexts } from '../text';
import { Labelled } from '../ui/Labelled';

interface Props {
  label: string;
  /** For the browser's keeper of passwords. */
  kind: 'current-password' | 'new-password';
  value: string;
  onChange: (value: string) => void;
  help?: string;
  error?: string | undefined;
}

/** A password, which may be looked at while it is written. */
export function PasswordField({ label, kind, value, onChange, help, error }: Props) {
  const t = useTexts();
  const [shown, setShown] = useState(false);
  const says = shown ? t.account.hidePassword : t.account.showPassword;
  return (
    <Labelled label={label} help={help} error={error}>
      {(described) => (
        <div className="relative">
          <input
            {...described}
            type={shown ? 'text' : 'password'}
            name="password"
            autoComplete={kind}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={`min-h-11 w-full rounded border bg-table pl-3 pr-24 ${error ? 'border-wrong' : 'border-line'}`}
          />
          <button
            type="button"
            onClick={() => setShown(!shown)}
            aria-controls={described.id}
            aria-label={`${says}: ${label}`}
            className="absolute inset-y-0 right-0 px-3 text-small text-soft hover:text-ink"
          >
            {says}
          </button>
        </div>
      )}
    </Labelled>
  );
}
