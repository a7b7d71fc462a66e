// SPDX-License-Identifier: Apache-2.0
interface Props {
  /** Of what, for those who hear it. */
  label: string;
  value: number;
  max: number;
  says: string;
}

/** How much of something is used: a thin line, and always words beside it. */
export function Bar({ label, value, max, says }: Props) {
  const part = max > 0 ? Math.min(1, value / max) : 1;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(max, 1)}
      aria-valuenow={Math.min(value, Math.max(max, 1))}
      aria-valuetext={says}
      className="h-1 w-full max-w-[22rem] overflow-hidden rounded-full bg-line"
    >
      <div className={`h-full rounded-full ${part >= 1 ? 'bg-wrong' : 'bg-ink'}`} style={{ width: `${part * 100}%` }} />
    </div>
  );
}
