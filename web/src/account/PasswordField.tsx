// SPDX-License-Identifier: Apache-2.0
import { useId, useState } from 'react';
import { useTexts } from '../text';

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
  const id = useId();
  const [shown, setShown] = useState(false);
  const said = error ?? help;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-small text-soft">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={shown ? 'text' : 'password'}
          name="password"
          autoComplete={kind}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={said ? `${id}-said` : undefined}
          className={`min-h-11 w-full rounded border bg-table pl-3 pr-24 ${error ? 'border-wrong' : 'border-line'}`}
        />
        <button
          type="button"
          onClick={() => setShown(!shown)}
          aria-controls={id}
          aria-label={`${shown ? t.account.hidePassword : t.account.showPassword}: ${label}`}
          className="absolute inset-y-0 right-0 px-3 text-small text-soft hover:text-ink"
        >
          {shown ? t.account.hidePassword : t.account.showPassword}
        </button>
      </div>
      {said && (
        <p id={`${id}-said`} className={`text-small ${error ? 'text-wrong' : 'text-soft'}`}>
          {said}
        </p>
      )}
    </div>
  );
}
