// SPDX-License-Identifier: Apache-2.0
// Sends the same requests to our server and to @tus/server, and compares status and header fields.
//
//   node tus_differential.mjs URL KEY
//
// Where the two may differ stands in ALLOWED, each with its reason; a reason that no difference needs
// is an error as well, so that the list stays true. Exit code 0: nothing else differs.
import http from 'node:http';
import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {FileStore} from '@tus/file-store';
import {Server} from '@tus/server';
import {madeVideo} from './made_video.mjs';

const [url, key] = process.argv.slice(2);
if (!url || !key) {
  console.error('usage: node tus_differential.mjs URL KEY');
  process.exit(2);
}
const UPLOADS = '/api/v1/uploads';
const DATA = madeVideo(1000);
const TYPE = {'Content-Type': 'application/offset+octet-stream'};
const checksum = (name, data) => ({'Upload-Checksum': `${name} ${createHash(name).update(data).digest('base64')}`});

// What is compared; of Location and Upload-Expires only whether they are there.
const COMPARED = ['tus-resumable', 'upload-offset', 'upload-length', 'upload-defer-length',
  'upload-metadata', 'cache-control', 'tus-version', 'location', 'upload-expires'];

// Where the two may differ. `fits` is asked with one difference: {name: of the case, method, field,
// ours, theirs, status: ours}.
const ALLOWED = [
  {reason: 'we say how much is there with every new upload, also when that is nothing',
    fits: (d) => d.status === 201 && d.field === 'upload-offset' && d.ours === '0' && d.theirs === undefined},
  {reason: 'we say with HEAD, too, until when an unfinished upload is kept, as "expiration" allows',
    fits: (d) => d.method === 'HEAD' && d.status === 200 && d.field === 'upload-expires' && d.ours === 'there'},
  {reason: 'a file of 0 bytes is no video',
    fits: (d) => d.name === 'create an empty file'},
  {reason: 'tus: a 412 has Tus-Version',
    fits: (d) => d.status === 412 && d.field === 'tus-version' && d.ours === '1.0.0'},
  {reason: 'tus: another version is answered 412',
    fits: (d) => d.name === 'create with another version' && d.field === 'status' && d.ours === 412},
  {reason: 'none of our errors may be kept by a cache',
    fits: (d) => d.method === 'HEAD' && d.status >= 400 && d.field === 'cache-control' && d.ours === 'no-store'},
  {reason: 'we say with a 409 which offset is right',
    fits: (d) => d.status === 409 && d.field === 'upload-offset' && d.theirs === undefined},
  {reason: 'more than the length is a matter of the offset (docs/errors.md); 413 is for limits of the tier',
    fits: (d) => d.name.startsWith('more bytes') && d.field === 'status' && d.ours === 409 && d.theirs === 413},
  {reason: 'a creation whose body and length do not go together is malformed',
    fits: (d) => d.name === 'create with too many bytes' && d.field === 'status' && d.ours === 400},
  {reason: 'tus: another Content-Type is answered 415',
    fits: (d) => d.name === 'bytes of another type' && d.field === 'status' && d.ours === 415},
  {reason: 'a missing header field is malformed, not forbidden',
    fits: (d) => d.name === 'bytes without an offset' && d.field === 'status' && d.ours === 400},
  {reason: 'the file store of @tus/server has no checksums, ours has',
    fits: (d) => d.name === 'bytes with a wrong checksum' && (d.ours === 460 || d.theirs === '1000' ||
        d.field === 'upload-expires')},
];

// Each step: [method, path or null for the case's upload, header fields, body].
const make = (length, extra = {}) => ['POST', UPLOADS, {'Upload-Length': String(length), ...extra}];
const patch = (offset, body, extra = {}) => ['PATCH', null, {...TYPE, 'Upload-Offset': String(offset), ...extra}, body];
const head = ['HEAD', null, {}];
const CASES = {
  'create': [make(1000)],
  'create with metadata': [make(1000, {'Upload-Metadata': 'filename c8WCb8WEY2UubXA0,filetype dmlkZW8vbXA0'}), head],
  'create with a name without value': [make(1000, {'Upload-Metadata': 'is_private'}), head],
  'create with malformed metadata': [make(1000, {'Upload-Metadata': 'a b c'})],
  'create without a length': [['POST', UPLOADS, {}]],
  'create with a negative length': [make(-1)],
  'create with a length that is none': [make('abc')],
  'create with both lengths': [make(1000, {'Upload-Defer-Length': '1'})],
  'create with a wrong defer length': [['POST', UPLOADS, {'Upload-Defer-Length': '2'}]],
  'create with the length told later': [['POST', UPLOADS, {'Upload-Defer-Length': '1'}], head],
  'create an empty file': [make(0)],
  'create without a version': [['POST', UPLOADS, {'Upload-Length': '5', 'Tus-Resumable': undefined}]],
  'create with another version': [['POST', UPLOADS, {'Upload-Length': '5', 'Tus-Resumable': '0.2.0'}]],
  'create with all bytes': [[...make(1000, TYPE), DATA], head],
  'create with first bytes': [[...make(1000, TYPE), DATA.subarray(0, 400)], head, patch(400, DATA.subarray(400))],
  'create with too many bytes': [[...make(500, TYPE), DATA]],
  'options': [['OPTIONS', UPLOADS, {}]],
  'options without a version': [['OPTIONS', UPLOADS, {'Tus-Resumable': undefined}]],
  'head of a new upload': [make(1000), head],
  'head of none': [['HEAD', `${UPLOADS}/4b1c3d6e-8f90-4a1b-9c2d-3e4f5a6b7c8d`, {}]],
  'head without a version': [make(1000), ['HEAD', null, {'Tus-Resumable': undefined}]],
  'bytes in one piece': [make(1000), patch(0, DATA), head],
  'bytes in three pieces': [make(1000), patch(0, DATA.subarray(0, 300)), head,
    patch(300, DATA.subarray(300, 301)), patch(301, DATA.subarray(301)), head],
  'bytes by method override': [make(1000),
    ['POST', null, {...TYPE, 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'PATCH'}, DATA]],
  'bytes at a wrong offset': [make(1000), patch(0, DATA.subarray(0, 100)), patch(99, DATA.subarray(99, 200)), head],
  'bytes beyond what is there': [make(1000), patch(100, DATA.subarray(100)), head],
  'more bytes than the length': [make(999), patch(0, DATA), head],
  'more bytes for a whole upload': [make(1000), patch(0, DATA), patch(1000, Buffer.from('x'))],
  'no bytes for a whole upload': [make(1000), patch(0, DATA), patch(1000, Buffer.alloc(0))],
  'bytes for none': [['PATCH', `${UPLOADS}/4b1c3d6e-8f90-4a1b-9c2d-3e4f5a6b7c8d`, {...TYPE, 'Upload-Offset': '0'}, DATA]],
  'bytes of another type': [make(1000), patch(0, DATA, {'Content-Type': 'video/mp4'})],
  'bytes without an offset': [make(1000), ['PATCH', null, TYPE, DATA]],
  'bytes with a negative offset': [make(1000), patch(-1, DATA)],
  'length told with the last bytes': [['POST', UPLOADS, {'Upload-Defer-Length': '1'}],
    patch(0, DATA.subarray(0, 100)), patch(100, DATA.subarray(100), {'Upload-Length': '1000'}), head],
  'length told again and different': [make(1000), patch(0, DATA.subarray(0, 100), {'Upload-Length': '2000'})],
  'length told less than there is': [['POST', UPLOADS, {'Upload-Defer-Length': '1'}],
    patch(0, DATA.subarray(0, 100)), patch(100, Buffer.alloc(0), {'Upload-Length': '50'})],
  'delete': [make(1000), ['DELETE', null, {}], head],
  'delete none': [['DELETE', `${UPLOADS}/4b1c3d6e-8f90-4a1b-9c2d-3e4f5a6b7c8d`, {}]],
  'bytes with a right checksum': [make(1000), patch(0, DATA, checksum('sha1', DATA))],
  'bytes with a wrong checksum': [make(1000), patch(0, DATA, checksum('sha1', Buffer.from('x'))), head],
};

function send(base, method, target, headers, body) {
  return new Promise((resolve, reject) => {
    const all = {'Tus-Resumable': '1.0.0', Authorization: `Bearer ${key}`, 'Content-Length': body ? body.length : 0, ...headers};
    if (!body && !['POST', 'PATCH'].includes(method)) delete all['Content-Length'];
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    const request = http.request(new URL(target, base), {method, headers: all, agent: false}, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers}));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function runCase(base, steps) {
  const seen = [];
  let upload = `${UPLOADS}/none`;
  for (const [method, target, headers, body] of steps) {
    const answer = await send(base, method, target ?? upload, headers, body);
    if (answer.headers.location) upload = new URL(answer.headers.location, base).pathname;
    const fields = {status: answer.status};
    for (const name of COMPARED) {
      const value = answer.headers[name];
      if (value === undefined) continue;
      if (name === 'cache-control') {
        if (method === 'HEAD' && value.includes('no-store')) fields[name] = 'no-store';
      } else {
        fields[name] = ['location', 'upload-expires'].includes(name) ? 'there' : value;
      }
    }
    seen.push(fields);
  }
  return seen;
}

function differences(name, steps, ours, theirs) {
  const found = [];
  ours.forEach((mine, step) => {
    for (const field of new Set([...Object.keys(mine), ...Object.keys(theirs[step])])) {
      if (mine[field] === theirs[step][field]) continue;
      found.push({name, step, method: steps[step][0], field, ours: mine[field], theirs: theirs[step][field],
        status: mine.status});
    }
  });
  return found;
}

const folder = mkdtempSync(path.join(tmpdir(), 'tapmask-differential-'));
const reference = http.createServer();
const tusServer = new Server({path: UPLOADS, relativeLocation: true,
  datastore: new FileStore({directory: folder, expirationPeriodInMilliseconds: 86_400_000})});
reference.on('request', (request, answer) => tusServer.handle(request, answer));
await new Promise((resolve) => reference.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${reference.address().port}`;

let wrong = 0;
const used = new Set();
for (const [name, steps] of Object.entries(CASES)) {
  for (const found of differences(name, steps, await runCase(url, steps), await runCase(base, steps))) {
    const allowed = ALLOWED.filter((rule) => rule.fits(found));
    allowed.forEach((rule) => used.add(rule));
    if (allowed.length > 0) continue;
    wrong += 1;
    console.log(`DIFFERS: "${name}", step ${found.step} (${found.method}): ${found.field} is ${found.ours}, ` +
        `theirs ${found.theirs}`);
  }
}
for (const rule of ALLOWED.filter((one) => !used.has(one))) {
  wrong += 1;
  console.log(`DOES NOT DIFFER any more: ${rule.reason}`);
}
reference.close();
rmSync(folder, {recursive: true, force: true});
console.log(`${Object.keys(CASES).length} cases, ${wrong} things that are not as they should be`);
process.exit(wrong ? 1 : 0);
