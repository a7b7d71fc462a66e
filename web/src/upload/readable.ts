// SPDX-License-Identifier: Apache-2.0
/** Whether the browser can (still) read the file there: not a folder, nor one that was moved or changed since it was chosen. */
export function isReadable(file: File, at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(true);
    reader.onerror = () => resolve(false);
    reader.readAsArrayBuffer(file.slice(at, at + 1));
  });
}
