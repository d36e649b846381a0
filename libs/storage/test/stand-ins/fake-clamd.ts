import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export interface FakeClamd {
  readonly port: number;
  /** What each scan was shown. */
  readonly seen: Buffer[];
  /** Connections that are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** What a daemon does with a stream: it may answer, early or in pieces, fall silent, or go. */
export type Behaviour = (stream: { whole: Promise<Buffer>; begun: Promise<void>; socket: Socket }) => unknown;

/** A clamd that speaks the protocol and does as it is told. */
export async function fakeClamd(
  behave: Behaviour,
  version = 'ClamAV 1.4.3/27800/Thu Nov 26 09:21:04 2026',
): Promise<FakeClamd> {
  const seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let pending = Buffer.alloc(0);
    let command: string | undefined;
    const chunks: Buffer[] = [];
    let begin = () => {};
    let end = (_bytes: Buffer) => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const whole = new Promise<Buffer>((resolve) => (end = resolve));
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data]);
      if (command === undefined) {
        const nul = pending.indexOf(0);
        if (nul < 0) return;
        command = pending.subarray(0, nul).toString();
        pending = pending.subarray(nul + 1);
        if (command === 'zVERSION') socket.end(`${version}\0`);
        else if (command === 'zINSTREAM') void behave({ whole, begun, socket });
        else socket.end('UNKNOWN COMMAND\0');
      }
      while (pending.length >= 4) {
        const length = pending.readUInt32BE();
        if (length === 0) {
          const bytes = Buffer.concat(chunks);
          seen.push(bytes);
          end(bytes);
          return;
        }
        if (pending.length < 4 + length) return;
        chunks.push(pending.subarray(4, 4 + length));
        pending = pending.subarray(4 + length);
        begin();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Letter by letter, in packets of their own. */
export async function inPieces(socket: Socket, text: string): Promise<void> {
  for (const letter of text) {
    socket.write(letter);
    await turn();
  }
}
