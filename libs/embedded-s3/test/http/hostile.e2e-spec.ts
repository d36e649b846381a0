import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HostileRequests } from './hostile-requests.js';
import { BUCKET, bytes, TestServer } from '../kit.js';
import { runs } from '../long.js';

const SEED = 20260501;
const COUNT = runs(1_000, 10_000);
const PARALLEL = 40;
/** Room, not a judgement: what takes a few milliseconds may take a hundred on a busy machine. */
const ROOM_MS = Math.max(120_000, COUNT * 100);

/** Everything the server sends until it closes the connection. */
function exchange(port: number, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.setTimeout(ROOM_MS / 2, () =>
      reject(new Error(`No answer to ${JSON.stringify(request.toString('latin1').slice(0, 500))}`)),
    );
  });
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

test(
  `${COUNT} malformed requests`,
  async () => {
    const innocent = bytes(5000);
    await server.put('innocent', innocent);
    await server.put('1/uploads/x', 'of organisation 1');
    const hostile = new HostileRequests(server, SEED);
    const statuses = new Map<string, number>();
    const leaks: string[] = [];
    let sent = 0;
    server.s3.requests.clear();

    const worker = async (): Promise<void> => {
      while (sent < COUNT) {
        sent++;
        const answer = await exchange(server.s3.port, await hostile.next());
        const status = answer === '' ? 'closed' : (/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 'not HTTP');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (answer.includes(server.s3.dataDir) || /\n\s+at .+:\d+:\d+/.test(answer)) leaks.push(answer);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));

    expect(leaks).toEqual([]);
    expect(statuses.get('not HTTP')).toBeUndefined();
    // broken connections apart, nothing surprised the server
    const surprises = server.s3.requests
      .list()
      .filter(({ cause }) => cause !== undefined && (cause as { code?: string }).code !== 'ECONNRESET');
    expect(surprises).toEqual([]);
    // the generators reach the parts they are meant for
    for (const status of ['400', '403', '404', '431', '501', 'closed'])
      expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0]);

    // what was there is unchanged; of what came in, only what was whole and signed
    expect(innocent.equals(await server.read('innocent'))).toBe(true);
    expect((await server.read('1/uploads/x')).toString()).toBe('of organisation 1');
    const allowed = ['1/uploads/x', HostileRequests.CHUNKED_KEY, 'innocent'];
    const keys = await server.keys();
    expect(keys.filter((key) => !allowed.includes(key))).toEqual([]);
    if (keys.includes(HostileRequests.CHUNKED_KEY)) {
      expect((await server.read(HostileRequests.CHUNKED_KEY)).toString()).toBe(HostileRequests.CHUNKED_CONTENT);
    }
    expect((await server.signed('GET', '/')).text.match(/<Name>/g)).toHaveLength(1);
    expect(readdirSync(server.s3.dataDir).toSorted()).toEqual(['data', 'journal.jsonl']);
    const files = readdirSync(join(server.s3.dataDir, 'data'));
    expect(files.every((name) => /^[0-9a-f-]{36}$/.test(name))).toBe(true);
    expect(files).toHaveLength(keys.length);
    expect((await server.signed('HEAD', `/${BUCKET}`)).status).toBe(200);
  },
  ROOM_MS,
);
