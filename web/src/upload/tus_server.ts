// SPDX-License-Identifier: Apache-2.0
// For tests: a small server that speaks tus and answers what the queue asks for, with faults on demand.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Kept {
  bytes: number;
  length: number;
  metadata: string;
}

type Refusal = [status: number, code: string, headers?: Record<string, string>];

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export class TusServer {
  readonly uploads = new Map<string, Kept>();
  readonly asked: string[] = []; // "POST /api/v1/uploads 0": method, path, offset.
  readonly removedVideos: string[] = [];
  /** The connection of the PATCH that brings this many bytes is cut there; then it is undefined again. */
  cutAt: number | undefined;
  /** Answers of the next requests with this method: taken from the front. */
  readonly refusals = new Map<string, Refusal[]>();
  /** Every request is answered 401. */
  signedOut = false;
  /** PATCHes are not answered before this is resolved. */
  hold: Promise<void> | undefined;
  /** And creations not before this. */
  holdCreation: Promise<void> | undefined;
  /** How the look at a video ends. */
  look: { status: string; errorCode?: string; errorMessage?: string } = { status: 'complete' };
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private made = 0;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** As new. */
  forget(): void {
    this.server.closeAllConnections();
    this.uploads.clear();
    this.refusals.clear();
    this.asked.length = 0;
    this.removedVideos.length = 0;
    this.cutAt = undefined;
    this.hold = undefined;
    this.holdCreation = undefined;
    this.signedOut = false;
    this.look = { status: 'complete' };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    // jsdom takes it for another origin.
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PATCH, DELETE');
    response.setHeader('Access-Control-Allow-Headers', 'content-type, tus-resumable, upload-length, upload-metadata, upload-offset');
    response.setHeader('Access-Control-Expose-Headers', 'location, upload-offset, upload-length, retry-after, tapmask-job-id, tapmask-video-id');
    if (method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const path = url.split('?')[0]!;
    const offset = request.headers['upload-offset'];
    this.asked.push(`${method} ${path}${offset === undefined ? '' : ` ${String(offset)}`}`);
    const refusal = this.signedOut ? ([401, 'unauthenticated'] as Refusal) : this.refusals.get(method)?.shift();
    if (refusal) {
      request.resume();
      const [status, code, headers = {}] = refusal;
      response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
      response.end(JSON.stringify({ code, title: code, detail: `The server says ${code}.`, status, type: 'about:blank' }));
    } else if (path.startsWith('/api/v1/uploads')) {
      await this.tus(request, response, path);
    } else {
      this.rest(method, path, response);
    }
  }

  private async tus(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method === 'POST') {
      const id = uuid(++this.made);
      const kept = { bytes: 0, length: Number(request.headers['upload-length']), metadata: String(request.headers['upload-metadata']) };
      await this.receive(request, kept);
      await this.holdCreation;
      if (response.destroyed) return;
      this.uploads.set(`${path}/${id}`, kept);
      this.say(response, 201, kept, { Location: `${path}/${id}` }, id);
      return;
    }
    const kept = this.uploads.get(path);
    const id = path.split('/').at(-1)!;
    if (!kept) {
      response.writeHead(404).end();
    } else if (request.method === 'HEAD') {
      this.say(response, 200, kept, { 'Upload-Length': String(kept.length) }, id);
    } else if (request.method === 'DELETE') {
      this.uploads.delete(path);
      response.writeHead(204).end();
    } else {
      await this.receive(request, kept);
      await this.hold;
      if (!response.destroyed) this.say(response, 204, kept, {}, id);
    }
  }

  private async receive(request: IncomingMessage, kept: Kept): Promise<void> {
    try {
      for await (const data of request as AsyncIterable<Buffer>) {
        kept.bytes += data.length;
        if (this.cutAt !== undefined && kept.bytes >= this.cutAt) {
          kept.bytes = this.cutAt;
          this.cutAt = undefined;
          request.socket.destroy();
          return;
        }
      }
    } catch {
      // The client went away; what came is kept.
    }
  }

  private say(response: ServerResponse, status: number, kept: Kept, headers: Record<string, string>, id: string): void {
    const jobs = kept.bytes === kept.length ? { 'Tapmask-Job-Id': id, 'Tapmask-Video-Id': id } : {};
    response.writeHead(status, { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(kept.bytes), ...jobs, ...headers });
    response.end();
  }

  private rest(method: string, path: string, response: ServerResponse): void {
    const id = path.split('/').at(-1)!;
    if (method === 'DELETE') this.removedVideos.push(id);
    const body = path.startsWith('/api/v1/status/')
      ? { jobId: id, videoId: id, kind: 'ingest', progress: 0, attempt: 1, rev: 1, createdAt: '2026-01-01T00:00:00Z', ...this.look }
      : { videoId: id, state: 'ready', originalFilename: 'a.mp4' };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  }
}
