// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';

/**
 * What lies between a browser and a server, to be cut. (What browsers do when they are told that they are offline is less:
 * Chromium lets an upload that runs end, at full speed.)
 */
export class Cable {
  private readonly ends = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly listener: Listener,
    private readonly port: number,
  ) {}

  static async to(url: string): Promise<Cable> {
    const cable: Cable = new Cable(createServer((near) => cable.joined(near)), Number(new URL(url).port));
    await new Promise<void>((resolve) => cable.listener.listen(0, '127.0.0.1', resolve));
    return cable;
  }

  /** Where the server is, by way of this. */
  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const end of this.ends) end.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  remove(): void {
    this.cut();
    this.listener.close();
  }

  private joined(near: Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.port, '127.0.0.1');
    for (const [end, other] of [[near, far], [far, near]] as const) {
      this.ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
}
