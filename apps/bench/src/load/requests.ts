import { connect, type Socket } from 'node:net';

export interface RequestLoad {
  port: number;
  authorization: string;
  path: string;
  requests: number;
  /** Connections, with one request under way on each. */
  connections: number;
}

/**
 * Requests a second. It writes to sockets and looks for little more than the length of each answer: a client that costs
 * as much as the server would be what is measured.
 */
export async function requests(load: RequestLoad): Promise<number> {
  const { port, path, authorization, connections } = load;
  const message = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n\r\n`;
  const budget = { left: load.requests };
  // A client that sleeps is woken by the server's write, at the server's cost: more of it the slower the route.
  const stayAwake = () => void (budget.left > 0 && setImmediate(stayAwake));
  stayAwake();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(connect({ port, host: '127.0.0.1', noDelay: true }), message, budget),
    ),
  );
  return load.requests / ((performance.now() - start) / 1000);
}

function converse(socket: Socket, message: string, budget: { left: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const ask = () => {
      if (budget.left-- > 0) socket.write(message);
      else socket.end(resolve);
    };
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (data: string) => {
      received += data;
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? NaN);
      if (received.length < head + 4 + length) return;
      if (!received.startsWith('HTTP/1.1 200 ') || Number.isNaN(length)) {
        reject(new Error(`Unexpected answer: ${received.slice(0, 500)}`));
        return;
      }
      received = '';
      ask();
    });
    ask();
  });
}
