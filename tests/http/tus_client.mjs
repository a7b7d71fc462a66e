// SPDX-License-Identifier: Apache-2.0
// Uploads a file with the official tus-js-client through lines that are cut at random places.
//
//   node tus_client.mjs URL KEY SIZE_MB [SEED] [FILES]
//
// URL of a running server, KEY of an account that may upload so much. FILES is the folder where that
// server keeps its files: with it, the SHA-256 of what it stored is compared with what was sent.
// Exit code 0: all is as it should be.
import {createHash} from 'node:crypto';
import {createReadStream, mkdtempSync, rmSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import * as tus from 'tus-js-client';
import {startCuttingProxy} from './cutting_proxy.mjs';
import {seededRandom, writeMadeVideo} from './made_video.mjs';

const [url, key, sizeMb, seed = '1', files] = process.argv.slice(2);
if (!url || !key || !(Number(sizeMb) > 0)) {
  console.error('usage: node tus_client.mjs URL KEY SIZE_MB [SEED] [FILES]');
  process.exit(2);
}
const bytes = Math.round(Number(sizeMb) * 1e6);
const CUTS = 25;

async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}

// The original of a video, somewhere below the folder.
async function findOriginal(folder, videoId) {
  for (const entry of await readdir(folder, {withFileTypes: true})) {
    if (!entry.isDirectory()) {
      if (path.basename(folder) === videoId && entry.name.startsWith('original.')) {
        return path.join(folder, entry.name);
      }
      continue;
    }
    const found = await findOriginal(path.join(folder, entry.name), videoId);
    if (found) return found;
  }
  return undefined;
}

async function upload(file, endpoint) {
  const said = {};
  let requests = 0;
  await new Promise((resolve, reject) => {
    const run = new tus.Upload(createReadStream(file), {
      endpoint,
      headers: {Authorization: `Bearer ${key}`},
      metadata: {filename: 'słońce.mp4', filetype: 'video/mp4'},
      uploadSize: bytes,
      // Tries begin anew whenever bytes have come through.
      retryDelays: Array(50).fill(50),
      onBeforeRequest: () => { requests += 1; },
      onAfterResponse: (request, response) => {
        for (const name of ['Tapmask-Video-Id', 'Tapmask-Job-Id', 'Tapmask-Status-Url']) {
          const value = response.getHeader(name);
          if (value) said[name] = value;
        }
      },
      onError: reject,
      onSuccess: resolve,
    });
    run.start();
  });
  return {said, requests};
}

const folder = mkdtempSync(path.join(tmpdir(), 'tapmask-tus-'));
const target = new URL(url);
const random = seededRandom(seed);
let cutsLeft = CUTS;
const proxy = await startCuttingProxy(target.hostname, Number(target.port || 80), () => {
  if (cutsLeft === 0) return Infinity;
  cutsLeft -= 1;
  return Math.floor(random() * bytes / (CUTS / 3)) + 1;
});
let failed = false;
const check = (isRight, what) => {
  console.log(`${isRight ? 'ok' : 'NOT OK'}: ${what}`);
  failed ||= !isRight;
};
try {
  const file = path.join(folder, 'made.mp4');
  const sha256 = await writeMadeVideo(file, bytes, seed);
  const begun = Date.now();
  const {said, requests} = await upload(file, `http://127.0.0.1:${proxy.port}/api/v1/uploads`);
  const seconds = (Date.now() - begun) / 1000;
  console.log(`${bytes} bytes, ${requests} requests, ${proxy.stats.cuts} cuts, ${seconds} s`);
  console.log(`sha256 ${sha256}`);
  check(proxy.stats.cuts >= 3, 'lines were cut');
  check(Boolean(said['Tapmask-Video-Id'] && said['Tapmask-Job-Id'] && said['Tapmask-Status-Url']),
      'the server says what the upload became');
  if (files) {
    const original = await findOriginal(files, said['Tapmask-Video-Id']);
    check(Boolean(original) && await sha256Of(original) === sha256, 'what was stored is what was sent');
  }
} catch (error) {
  check(false, error.message);
} finally {
  proxy.close();
  rmSync(folder, {recursive: true, force: true});
}
process.exit(failed ? 1 : 0);
