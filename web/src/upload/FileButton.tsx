// SPDX-License-Identifier: Apache-2.0
import { useRef, type ReactNode } from 'react';
import { Button } from '../ui/Button';

interface Props {
  main?: boolean;
  several?: boolean;
  /** What the browser offers first; others can be chosen all the same. */
  accept: string;
  label?: string;
  onFiles: (files: readonly File[]) => void;
  children: ReactNode;
}

/** Opens the browser's choice of files. */
export function FileButton({ main = false, several = false, accept, label, onFiles, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button main={main} onClick={() => input.current?.click()} aria-label={label}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={several}
        accept={accept}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = ''; // So that the same file can be chosen again.
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
