// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that cuts each connection after some bytes from the client.
import net from 'node:net';

// `nextCut()` says after how many bytes the next connection is cut; Infinity: never.
// Every second cut is a reset, the others are ordinary ends in the middle.
export async function startCuttingProxy(targetHost, targetPort, nextCut) {
  const stats = {connections: 0, cuts: 0};
  const server = net.createServer((client) => {
    stats.connections += 1;
    let left = nextCut();
    const upstream = net.connect(targetPort, targetHost);
    const close = (hard) => {
      for (const socket of [client, upstream]) {
        if (hard) socket.resetAndDestroy();
        else socket.destroy();
      }
    };
    client.on('error', () => close(false));
    upstream.on('error', () => close(false));
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    client.on('data', (piece) => {
      const passed = piece.subarray(0, Math.min(piece.length, left));
      left -= passed.length;
      if (left > 0) {
        if (!upstream.write(passed)) client.pause();
        return;
      }
      stats.cuts += 1;
      client.pause();
      const isHard = stats.cuts % 2 === 0;
      upstream.write(passed, () => close(isHard));
    });
    upstream.on('drain', () => client.resume());
    upstream.on('data', (piece) => {
      if (!client.write(piece)) upstream.pause();
    });
    client.on('drain', () => upstream.resume());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {port: server.address().port, stats, close: () => server.close()};
}
