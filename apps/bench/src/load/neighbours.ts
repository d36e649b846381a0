import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { content } from './content.js';

export interface Neighbours {
  port: number;
  authorization: string;
  /**
   * `unread` asks for a file and reads nothing, `slow` reads 128 KiB a second, `upload` sends so much; `list`, `nested` and
   * `complete` ask without a pause.
   */
  kind: 'unread' | 'slow' | 'upload' | 'list' | 'nested' | 'complete';
  path: string;
  count: number;
}

const stepMs = 125;
const stepBytes = 16 * 1024;
const uploadBytes = 64 * 1024 * 1024;

const held: (() => void)[] = [];

/** Starts what one organisation does, which lasts until `letGo`. */
export function hold(neighbours: Neighbours): void {
  const { kind, count } = neighbours;
  const start = kind in endless ? repeat : open;
  for (let i = 0; i < count; i += 1) held.push(start(neighbours, i));
}

export function letGo(): void {
  for (const end of held.splice(0)) end();
}

/** A connection that takes its time. */
function open({ port, authorization, kind, path }: Neighbours, i: number): () => void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
  const head = (line: string) => `${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n`;
  const timer = kind === 'unread' ? undefined : setInterval(() => step(socket, kind), stepMs);
  if (kind === 'upload') {
    const headers = `Content-Type: application/pdf\r\nContent-Length: ${uploadBytes}\r\n\r\n%PDF-1.7\n`;
    socket.write(head(`PUT ${path}${process.hrtime.bigint()}-${i}.pdf`) + headers);
  } else {
    socket.write(`${head(`GET ${path}`)}\r\n`);
    socket.pause();
  }
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}

function step(socket: Socket, kind: Neighbours['kind']): void {
  if (kind === 'upload') socket.write(Buffer.alloc(stepBytes));
  else socket.read(stepBytes);
}

type Ask = (path: string, body?: string) => Promise<string>;

const endless: Partial<Record<Neighbours['kind'], (ask: Ask, path: string) => Promise<unknown>>> = {
  list: (ask, path) => ask(path),
  nested: (ask, path) => ask(path, nested),
  complete,
};

const depth = 1300;
const nested = `{"token":${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}}`;

const scan = Buffer.concat([...content(1024 * 1024)]);
const sha256 = createHash('sha256').update(scan).digest('hex');

/** An upload straight to the store, and ten completions of it at once. */
async function complete(ask: Ask, path: string): Promise<void> {
  const fileName = `complete-${process.hrtime.bigint()}.pdf`;
  const declared = { fileName, size: scan.length, sha256, method: 'PUT' };
  const { url, headers, token } = JSON.parse(await ask(path, JSON.stringify(declared))) as {
    url: string;
    headers: Record<string, string>;
    token: string;
  };
  await (await fetch(url, { method: 'PUT', headers, body: scan })).arrayBuffer();
  await Promise.all(Array.from({ length: 10 }, () => ask(`${path}/complete`, JSON.stringify({ token }))));
}

/** One request after the other, whatever is answered. */
function repeat({ port, authorization, kind, path }: Neighbours): () => void {
  const going = new AbortController();
  const { signal } = going;
  const ask: Ask = async (at, body) => {
    const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const method = body === undefined ? 'GET' : 'POST';
    return (await fetch(`http://127.0.0.1:${port}${at}`, { method, headers, body, signal })).text();
  };
  const run = async () => {
    while (!signal.aborted) await endless[kind]?.(ask, path).catch(() => {});
  };
  void run();
  return () => going.abort();
}
