// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../text';

// As the server has it (Email and Password of web/openapi.yaml).
const EMAIL = /^[!-?A-~]+@[!-?A-~]+$/;
const SHORTEST = 10;
const LONGEST = 256;

/** As people paste it. */
export const tidyEmail = (email: string): string => email.trim();

export function emailFault(email: string, t: Texts): string | undefined {
  const tidy = tidyEmail(email);
  return EMAIL.test(tidy) && tidy.length <= 254 ? undefined : t.account.emailNeeded;
}

/** What is wrong with a password that somebody wants to have from now on. */
export function passwordFault(password: string, t: Texts): string | undefined {
  const length = Array.from(password).length; // The server counts characters, not UTF-16's halves.
  if (length === 0) return t.account.passwordRule;
  if (length < SHORTEST) return t.account.passwordShort(SHORTEST - length);
  return length > LONGEST ? t.account.passwordLong : undefined;
}
