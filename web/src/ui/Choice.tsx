// SPDX-License-Identifier: Apache-2.0
import { useId, type ReactNode } from 'react';

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; says?: string }[];
  onChange: (value: Value) => void;
  children?: ReactNode;
}

/** One of a few, each with a sentence on what it means. */
export function Choice<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  const name = useId();
  return (
    <fieldset className="flex flex-col">
      <legend className="mb-1 text-small text-soft">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="grid cursor-pointer grid-cols-[1.25rem_1fr] gap-x-2 border-t border-line py-2 last:border-b"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="mt-1 self-start accent-accent"
          />
          <span>
            <span className={option.value === value ? 'font-semibold' : ''}>{option.label}</span>
            {option.says && <span className="block text-small text-soft">{option.says}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
