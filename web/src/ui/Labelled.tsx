// SPDX-License-Identifier: Apache-2.0
import { useId, type ReactNode } from 'react';

interface Said {
  label: string;
  help?: string | undefined;
  error?: string | undefined;
}

export interface Described {
  id: string;
  'aria-invalid': true | undefined;
  'aria-describedby': string | undefined;
}

/** A label above an input, and below it what helps or what is wrong; the input is tied to both. */
export function Labelled({ label, help, error, children }: Said & { children: (described: Described) => ReactNode }) {
  const id = useId();
  const said = error ?? help;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-small text-soft">
        {label}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': said ? `${id}-said` : undefined })}
      {said && (
        <p id={`${id}-said`} className={`text-small ${error ? 'text-wrong' : 'text-soft'}`}>
          {said}
        </p>
      )}
    </div>
  );
}
