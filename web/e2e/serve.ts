// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TAPMASK = process.env.TAPMASK ?? fileURLToPath(new URL('../../build/release/tapmask', import.meta.url));

/** A folder that is gone with the test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tapmask-page-'));
  file(name: string): string {
    return join(this.path, name);
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A made film with a figure that walks; returns where the figure is in frame 0, in pixels of the frame. */
export function makeFilm(
  folder: Folder, name: string, options: readonly string[] = [], { size = '480x270', frames = 50 } = {},
): { path: string; at: [number, number] } {
  const out = folder.file(`${name}_scene`);
  execFileSync(TAPMASK, ['scene', out, '--size', size, '--frames', String(frames), ...options], { stdio: 'ignore' });
  const facts = JSON.parse(readFileSync(join(out, 'scene.json'), 'utf8')) as { point: string };
  const [x = 0, y = 0] = facts.point.split(',').map(Number);
  return { path: join(out, 'scene.mp4'), at: [x, y] };
}

/** The same film, and behind it a part that players leap over: it takes long to send and no longer to work on. */
export function heavier(film: string, out: string, bytes: number): string {
  const head = Buffer.from('....free');
  head.writeUInt32BE(head.length + bytes);
  writeFileSync(out, Buffer.concat([readFileSync(film), head, randomBytes(bytes)]));
  return out;
}

/** `tapmask serve` on a free loopback port. */
export class Server {
  private constructor(
    private readonly process: ChildProcess,
    private readonly files: string,
    readonly url: string,
    /** Signs the local owner in, once. */
    readonly ownersLink: string,
  ) {}

  static async start(folder: Folder, settings = ''): Promise<Server> {
    const config = folder.file('tapmask.toml');
    writeFileSync(config, settings);
    const child = spawn(TAPMASK, ['serve', '--data', folder.file('data'), '--listen', '127.0.0.1:0', '--config', config],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const link = await new Promise<string>((found, failed) => {
      let text = '';
      child.stdout.on('data', (more: Buffer) => {
        text += more.toString();
        const match = /(http:\/\/127\.0\.0\.1:\d+\/\S*)\s/.exec(text);
        if (match?.[1]) found(match[1]);
      });
      child.once('exit', (code) => failed(new Error(`serve ended with ${code}: ${text}`)));
    });
    return new Server(child, folder.file('data/files'), new URL(link).origin, link);
  }

  /** The processes that work on videos. */
  workers(): number[] {
    const tasks = `/proc/${this.process.pid}/task`;
    return readdirSync(tasks).flatMap((task) =>
      readFileSync(`${tasks}/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
  }

  /** Meanwhile nothing comes of what is asked for: the worker process stands still. */
  async whileHeld(act: () => Promise<void>): Promise<void> {
    const held = this.workers();
    for (const pid of held) process.kill(pid, 'SIGSTOP');
    try {
      await act();
    } finally {
      for (const pid of held) process.kill(pid, 'SIGCONT');
    }
  }

  /** Every file of this name is gone from storage behind the program's back. */
  loseFiles(name: string): void {
    const lost = readdirSync(this.files, { recursive: true, encoding: 'utf8' }).filter((path) => basename(path) === name);
    if (lost.length === 0) throw new Error(`There is no ${name}.`);
    for (const path of lost) rmSync(join(this.files, path));
  }

  /** A file stands where the folder of a job's result is to be. */
  blockResult(jobId: string): void {
    const blobs = join(this.files, 'blobs');
    for (const user of readdirSync(blobs)) writeFileSync(join(blobs, user, jobId), '');
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}
