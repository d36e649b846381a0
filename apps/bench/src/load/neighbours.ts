import { connect, type Socket } from 'node:net';

export interface Neighbours {
  port: number;
  authorization: string;
  /** `unread` asks for a file and reads nothing, `slow` reads 128 KiB a second, `upload` sends so much, `list` asks without a pause. */
  kind: 'unread' | 'slow' | 'upload' | 'list';
  path: string;
  count: number;
}

const stepMs = 125;
const stepBytes = 16 * 1024;
const uploadBytes = 64 * 1024 * 1024;

const held: (() => void)[] = [];

/** Starts what one organisation does, which lasts until `letGo`. */
export function hold({ port, authorization, kind, path, count }: Neighbours): void {
  for (let i = 0; i < count; i += 1) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
    const head = (line: string) => `${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n`;
    const timer = kind === 'upload' || kind === 'slow' ? setInterval(() => step(socket, kind), stepMs) : undefined;
    held.push(() => {
      clearInterval(timer);
      socket.destroy();
    });
    if (kind === 'upload') {
      const headers = `Content-Type: application/pdf\r\nContent-Length: ${uploadBytes}\r\n\r\n%PDF-1.7\n`;
      socket.write(head(`PUT ${path}${i}.pdf`) + headers);
      continue;
    }
    socket.write(`${head(`GET ${path}`)}\r\n`);
    if (kind !== 'list') socket.pause();
    else socket.on('data', (data) => data.includes('"items"') && socket.write(`${head(`GET ${path}`)}\r\n`));
  }
}

function step(socket: Socket, kind: 'upload' | 'slow'): void {
  if (kind === 'upload') socket.write(Buffer.alloc(stepBytes));
  else socket.read(stepBytes);
}

export function letGo(): void {
  for (const end of held.splice(0)) end();
}

export interface Patient {
  port: number;
  authorization: string;
  path: string;
  requests: number;
}

/** Milliseconds of each request, one after the other. An answer that is no 200 is an error. */
export async function waits({ port, authorization, path, requests }: Patient): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < requests; i += 1) {
    const start = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`A neighbour's request was answered ${answer.status}.`);
    times.push(performance.now() - start);
  }
  return times;
}
