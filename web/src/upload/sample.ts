// SPDX-License-Identifier: Apache-2.0
/** The sample clip, made by scripts/make_sample. */
export const sample = {
  name: 'sample.mp4',
  frame: { width: 960, height: 540 },
  picture: new URL('./sample.webp', import.meta.url).href,
};
const clip = new URL('./sample.mp4', import.meta.url).href;

/** As if it had been chosen from a disk, the same file each time. Rejects when the server cannot be reached. */
export async function sampleFile(): Promise<File> {
  const answer = await fetch(clip);
  if (!answer.ok) throw new Error(`${clip}: ${answer.status}`);
  return new File([await answer.blob()], sample.name, { type: 'video/mp4', lastModified: 0 });
}
