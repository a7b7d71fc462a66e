// SPDX-License-Identifier: Apache-2.0
import type { InputHTMLAttributes } from 'react';
import { Labelled } from './Labelled';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  help?: string;
  error?: string | undefined;
}

export function Field({ label, help, error, ...rest }: Props) {
  return (
    <Labelled label={label} help={help} error={error}>
      {(described) => (
        <input className={`min-h-11 rounded border bg-table px-3 ${error ? 'border-wrong' : 'border-line'}`} {...described} {...rest} />
      )}
    </Labelled>
  );
}
