// SPDX-License-Identifier: Apache-2.0
import type { ButtonHTMLAttributes, ReactNode } from 'react';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One of a screen: what most people came for. */
  main?: boolean;
  danger?: boolean;
  children: ReactNode;
}

export function Button({ main = false, danger = false, className = '', type = 'button', ...rest }: Props) {
  const look = main
    ? 'bg-accent text-on-accent font-semibold'
    : danger
      ? 'border border-wrong text-wrong'
      : 'border border-line text-ink hover:border-soft';
  return (
    <button
      type={type}
      className={`min-h-11 rounded px-4 py-2 transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${look} ${className}`}
      {...rest}
    />
  );
}

/** A word that does something, within text. */
export function TextButton({ className = '', type = 'button', ...rest }: ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button type={type} className={`min-h-8 text-accent-text underline underline-offset-4 ${className}`} {...rest} />;
}
