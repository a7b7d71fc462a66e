// SPDX-License-Identifier: Apache-2.0
import { useState, type FormEvent } from 'react';

type Faults<Name extends string> = Partial<Record<Name, string | undefined>>;

export interface Fields<Name extends string> {
  /** What is said of each field: nothing before the form was sent once. */
  faults: Faults<Name>;
  /** For the form: sends it when nothing is wrong, else leads to the first field at fault. */
  submit: (event: FormEvent<HTMLFormElement>) => void;
}

/** A form that says what is missing only once somebody wanted to send it. */
export function useFields<Name extends string>(now: Faults<Name>, send: () => void): Fields<Name> {
  const [sent, setSent] = useState(false);
  return {
    faults: sent ? now : {},
    submit: (event) => {
      event.preventDefault();
      setSent(true);
      const wrong = Object.entries(now).find(([, fault]) => fault !== undefined);
      if (!wrong) {
        send();
        return;
      }
      const field = event.currentTarget.elements.namedItem(wrong[0]);
      if (field instanceof HTMLElement) field.focus();
    },
  };
}
