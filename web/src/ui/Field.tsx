// SPDX-License-Identifier: Apache-2.0
import { useId, type InputHTMLAttributes } from 'react';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  help?: string;
  error?: string | undefined;
}

export function Field({ label, help, error, ...rest }: Props) {
  const id = useId();
  const said = error ?? help;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-small text-soft">
        {label}
      </label>
      <input
        id={id}
        className={`min-h-11 rounded border bg-table px-3 ${error ? 'border-wrong' : 'border-line'}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={said ? `${id}-said` : undefined}
        {...rest}
      />
      {said && (
        <p id={`${id}-said`} className={`text-small ${error ? 'text-wrong' : 'text-soft'}`}>
          {said}
        </p>
      )}
    </div>
  );
}
