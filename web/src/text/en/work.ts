// SPDX-License-Identifier: Apache-2.0
import type { Codec, JobStatusName, Mode, OnLost, Style } from '../../api/types';

const stageNames: Record<JobStatusName, string> = {
  queued: 'In line',
  validating: 'Looking at the video',
  extracting: 'Taking it apart',
  tracking: 'Following it from frame to frame',
  processing: 'Drawing',
  encoding: 'Writing the video and checking it',
  complete: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
const modes: Record<Mode, string> = { privacy_blur: 'Hide it', magic_eraser: 'Erase it' };
const modeSays: Record<Mode, string> = {
  privacy_blur: 'Something stands in its place that shows nothing of it.',
  magic_eraser: 'What is behind it takes its place. What no frame shows is made up, and named.',
};
const styles: Record<Style, string> = {
  secure: 'Secure', gaussian: 'Soft blur', pixelate: 'Mosaic', solid: 'Solid colour',
};
const styleSays: Record<Style, string> = {
  secure: 'Made of what is around it alone: nothing can be brought back.',
  gaussian: 'Looks soft, but much of it can be brought back by computers. Not for people at risk.',
  pixelate: 'Known from television. Faces and numbers can often be guessed from it. Not for people at risk.',
  solid: 'One flat colour. Nothing can be brought back, and everybody sees that something was there.',
};

const onLost: Record<Mode, string> = {
  privacy_blur: 'When the object is lost, hide', magic_eraser: 'When the object is lost, erase',
};
const onLosts: Record<OnLost, string> = { cover: 'Where it may be', frame: 'The whole picture', clear: 'Nothing' };
const onLostSays: Record<OnLost, string> = {
  cover: 'The longer it is lost, the wider around its last place; if need be the whole picture.',
  frame: 'Nothing of these frames is left to be seen: the safest.',
  clear: 'Once it is lost for half a second, the object may be seen.',
};
const codecs: Record<Codec, string> = { auto: 'As the video needs', h264: 'H.264', hevc: 'HEVC', lossless: 'Lossless' };
const codecSays: Record<Codec, string> = {
  auto: 'H.264, which plays everywhere; HEVC if the colours have more than 8 bits, as in HDR.',
  h264: 'Plays everywhere, unless the colours have more than 8 bits.',
  hevc: 'Smaller, but not every browser can show it.',
  lossless: 'Every pixel outside what is hidden stays exact. Large, and few players can show it.',
};

const count = (frames: number) => (frames === 1 ? '1 frame' : `${frames} frames`);

export const work = {
  stageNames,
  modes,
  modeSays,
  styles,
  styleSays,
  how: 'What shall happen to it?',
  protects: 'Blur hides looks, not voices or the way someone walks.',
  settings: 'Settings',
  audio: 'Sound',
  audios: { keep: 'Keep it', mute: 'Silence', drop: 'Leave it out' },
  audioSays: 'A voice identifies as surely as a face.',
  invert: 'Hide everything but this',
  shadow: 'Its shadow goes with it',
  onLost,
  onLosts,
  onLostSays,
  clearWarning: 'Where the object is lost, nothing is hidden: it may be seen. Choose this only if it may be.',
  file: 'File',
  codecs,
  codecSays,
  span: 'Only a part of the video',
  spanFrom: 'From here on',
  spanTo: 'Up to here',
  spanWhole: 'The whole video',
  go: 'Go',
  tapFirst: 'Tap something first.',
  timeLeft: (about: string) => `${about.charAt(0).toUpperCase()}${about.slice(1)}; you can close this page.`,
  inLine: 'It begins as soon as a place is free; you can close this page.',
  tryingAgain: (attempt: number) => `Something broke off; this is try ${attempt} of 3.`,
  cancel: 'Stop',
  cancelled: 'It was stopped. Nothing of it is kept, and it does not count to your month.',
  failed: 'It did not work.',
  failedFree: 'It does not count to your month.',
  changePoints: 'Change the points',
  done: 'Done.',
  download: (size: string) => `Take the video · ${size}`,
  goneIn: (left: string) => `Gone in ${left}`,
  keptUntilDeleted: 'Kept until you delete it',
  goneTitle: 'The files are gone',
  gone: 'Their time was over, or they were deleted. Upload the video again to work on it.',
  before: 'Before',
  after: 'After',
  compare: 'Before and after',
  cannotShow: 'This browser cannot show the finished file; a player on your device may. The file is whole: take it. Here is the video as it was; when it stands still, you see the masks. The marks on the film still say where to look.',
  toReview: (n: number) => (n === 1 ? '1 place to look at' : `${n} places to look at`),
  nothingToReview: 'We were sure in every frame. Look it through all the same.',
  spanTap: 'Tap it here to be exact.',
  spanAbsent: 'If you see it, tap it.',
  spanUnsure: (object: number, frames: number) => `We are not sure of object ${object} in ${count(frames)}.`,
  spanLook: 'Look, and tap if the mask is wrong.',
  spanFill: (frames: number) => `Much is made up in ${count(frames)}. Look whether it gives anything away.`,
  next: 'Next place',
  previous: 'Place before',
  correct: 'Work these frames again',
  correcting: 'Your taps change only the frames around them; all others stay as they are.',
};
