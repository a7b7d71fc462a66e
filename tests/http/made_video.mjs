// SPDX-License-Identifier: Apache-2.0
// Bytes that begin like an MP4 and in which no two places look alike; equal for equal seeds.
import {createCipheriv, createHash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {once} from 'node:events';

const START = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');

function generator(seed) {
  const key = createHash('sha256').update(`made video ${seed}`).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
}

export function madeVideo(bytes, seed = 1) {
  const data = generator(seed).update(Buffer.alloc(bytes));
  START.copy(data, 0, 0, Math.min(bytes, START.length));
  return data;
}

// Writes such a file piece by piece. Returns its SHA-256 in hex.
export async function writeMadeVideo(path, bytes, seed = 1) {
  const source = generator(seed);
  const hash = createHash('sha256');
  const out = createWriteStream(path);
  const zeros = Buffer.alloc(1 << 20);
  for (let at = 0; at < bytes; at += zeros.length) {
    const piece = source.update(zeros.subarray(0, Math.min(zeros.length, bytes - at)));
    if (at === 0) START.copy(piece);
    hash.update(piece);
    if (!out.write(piece)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return hash.digest('hex');
}

// Numbers in [0, 1), equal for equal seeds.
export function seededRandom(seed) {
  const source = generator(`random ${seed}`);
  return () => source.update(Buffer.alloc(4)).readUInt32BE() / 2 ** 32;
}
