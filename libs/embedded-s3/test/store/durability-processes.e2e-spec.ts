import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as S3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { FolderInUseError, startEmbeddedS3 } from '../../src/index.js';
import { BUCKET, bytes, refusal, TestServer } from '../kit.js';
import { runs } from '../long.js';
import { portToKeep } from '../port.js';
import { Command } from './server-process.js';

let command: Command;
let work = '';
beforeAll(() => {
  command = new Command();
});
afterAll(() => command.remove());
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'embedded-s3-processes-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const put = (Key: string, Body: string | Buffer) => new S3.PutObjectCommand({ Bucket: BUCKET, Key, Body });

test('a second process on a folder ends with a clear error, and nothing of the first is lost', async () => {
  const dataDir = join(work, 'data');
  const first = await command.serve(dataDir, '--bucket', BUCKET);
  await first.client.send(put('1/before', 'before'));
  // under way while the second one starts: its file must not be swept
  const body = bytes(4 << 20);
  const url = await getSignedUrl(first.client, new S3.PutObjectCommand({ Bucket: BUCKET, Key: '11/slow' }));
  const slow = request(url, { method: 'PUT', headers: { 'content-length': body.length } });
  const answered = once(slow, 'response') as Promise<[IncomingMessage]>;
  await new Promise((resolve) => slow.write(body.subarray(0, 3 << 20), resolve));
  const second = await command.run('--port', '0', '--data', join(work, '.', 'data'));
  expect(second).toMatchObject({ code: 1, out: '' });
  expect(second.err).toContain(`${dataDir} is in use by another process (pid ${first.child.pid})`);
  expect(second.err).not.toContain('    at ');
  slow.end(body.subarray(3 << 20));
  const [answer] = await answered;
  expect(answer.resume().statusCode).toBe(200);
  await first.client.send(put('11/after', 'after'));
  expect(await first.end('SIGTERM')).toEqual([0, null]);

  const after = await TestServer.start({ dataDir });
  expect(await after.keys()).toEqual(['1/before', '11/after', '11/slow']);
  expect(body.equals(await after.read('11/slow'))).toBe(true);
  // the same process may not have it twice either
  await expect(startEmbeddedS3({ dataDir })).rejects.toThrow(FolderInUseError);
  await after.put('still', 'x');
  await after.close();
});

test('a killed owner leaves no lock', async () => {
  const dataDir = join(work, 'data');
  const first = await command.serve(dataDir);
  await first.end('SIGKILL');
  const second = await TestServer.start({ dataDir });
  await second.close();
});

test('a port that is taken: the folder is not touched, and nothing stays behind', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const dataDir = join(work, 'data');
  const { code, err } = await command.run('--port', String(port), '--data', dataDir);
  expect(code).toBe(1);
  expect(err).toMatch(/^listen EADDRINUSE.*\n$/);
  expect(readdirSync(work)).toEqual([]);
  taken.close();
});

test('a start that fails after it listens gives port, folder and lock back', async () => {
  const dataDir = join(work, 'data');
  const users = [{ name: 'u', accessKeyId: 'k', secretAccessKey: 's', policy: { Statement: 'none' } }];
  const port = await portToKeep();
  await expect(startEmbeddedS3({ dataDir, port, users })).rejects.toThrow('Statement');
  const again = await TestServer.start({ dataDir, port });
  await again.put('a', 'x');
  await again.close();
});

const writes = runs(150, 500);

test(`kill -9 at seeded moments of ${writes} writes: what was acknowledged is there, the rest whole or absent`, async () => {
  const dataDir = join(work, 'data');
  const moments = fc.sample(fc.integer({ min: 1, max: writes - 10 }), { seed: 13, numRuns: runs(1, 30) });
  /** by key: what it may hold */
  const allowed = new Map<string, Set<string>>();
  for (const [round, moment] of moments.entries()) {
    const server = await command.serve(dataDir, '--bucket', BUCKET);
    let [sent, acknowledged] = [0, 0];
    // each of ten writers has its own key at a time: put, overwritten by a larger one, or removed
    const writer = async (name: number): Promise<void> => {
      while (sent < writes) {
        const n = sent++;
        const key = `${name}/${n % 40}`;
        const remove = n % 7 === 6;
        const value = remove ? '' : `${round}.${n} `.repeat(n % 5 === 0 ? 50_000 : 1);
        const possible = allowed.get(key) ?? new Set(['']);
        allowed.set(key, possible.add(value));
        await server.client.send(remove ? new S3.DeleteObjectCommand({ Bucket: BUCKET, Key: key }) : put(key, value));
        allowed.set(key, new Set([value]));
        if (++acknowledged === moment) server.child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 10 }, (_, i) => writer(i + 2)));
    await server.end('SIGKILL');
    expect(acknowledged).toBeGreaterThanOrEqual(moment);

    const after = await TestServer.start({ dataDir });
    const keys = await after.keys();
    for (const [key, values] of allowed) {
      const found = keys.includes(key) ? (await after.read(key)).toString() : '';
      if (!values.has(found)) throw new Error(`${key} holds "${found.slice(0, 20)}…" after round ${round}`);
      allowed.set(key, new Set([found]));
    }
    expect(keys.filter((key) => !allowed.has(key))).toEqual([]);
    expect(readdirSync(join(dataDir, 'data'))).toHaveLength(keys.length);
    await after.close();
  }
}, 600_000);

const tmpfs = mountable();
const disk = process.env['LONG_TESTS'] !== '1' ? test.skip : tmpfs ? test : test.skip;
disk('a disk of 3 MB, filled and emptied (in the long run, where a tmpfs can be mounted)', async () => {
  const dataDir = join(work, 'small');
  mkdirSync(dataDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dataDir]);
  try {
    const server = await TestServer.start({ dataDir });
    const acknowledged = new Map<string, Buffer>();
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const [key, body] = [`${i % 2 === 0 ? 1 : 11}/${i}`, bytes(i % 3 === 0 ? 1 : 150_000)];
      const answer = await server.put(key, body).then(
        () => '',
        () => 'refused',
      );
      if (answer === '') acknowledged.set(key, body);
      else refused++;
    }
    expect(refused).toBeGreaterThan(5);
    const removed = [...acknowledged.keys()].filter((_, i) => i % 2 === 0);
    for (const Key of removed) {
      await server.client.send(new S3.DeleteObjectCommand({ Bucket: BUCKET, Key }));
      acknowledged.delete(Key);
    }
    await server.put('1/later', 'x');
    acknowledged.set('1/later', Buffer.from('x'));
    await server.close();
    const again = await TestServer.start({ dataDir });
    expect((await again.keys()).toSorted()).toEqual([...acknowledged.keys()].toSorted());
    for (const [key, body] of acknowledged) expect(body.equals(await again.read(key))).toBe(true);
    await again.close();
  } finally {
    execFileSync('umount', [dataDir]);
  }
});

/** Whether this user may mount; only asked where the answer is needed. */
function mountable(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

test('bytes that are gone from the folder are an error with a status, and no short answer', async () => {
  const server = await TestServer.start({ dataDir: join(work, 'data') });
  await server.put('1/a', bytes(1000));
  const [file = ''] = readdirSync(join(work, 'data', 'data'));
  writeFileSync(join(work, 'data', 'data', file), bytes(999));
  expect(await refusal(server.get('1/a'))).toBe('500 InternalError');
  const [last] = server.s3.requests.list().slice(-1);
  expect(String(last?.cause)).toContain(`${file} has 999 bytes`);
  await server.close();
});

describe('the command', () => {
  test('makes buckets, and knows users and roles of a file', async () => {
    const config = join(work, 'config.json');
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/1/*` }],
    };
    const user = { name: 'reader', accessKeyId: 'AKIAREADER', secretAccessKey: 'reader-secret' };
    writeFileSync(config, JSON.stringify({ region: 'eu-central-1', buckets: ['other'], users: [{ ...user, policy }] }));
    const server = await command.serve(join(work, 'data'), '--config', config, '--bucket', BUCKET);
    const { root } = server;
    const settings = { endpoint: server.endpoint, region: 'eu-central-1', forcePathStyle: true };
    const [client, reader] = [root, user].map((credentials) => new S3.S3Client({ ...settings, credentials }));
    const { Buckets = [] } = await client!.send(new S3.ListBucketsCommand());
    expect(Buckets.map(({ Name }) => Name)).toEqual([BUCKET, 'other']);
    for (const key of ['1/a', '11/a']) await client!.send(put(key, 'x'));
    await reader!.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: '1/a' }));
    expect(await refusal(reader!.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: '11/a' })))).toMatch(/^403/);
    client!.destroy();
    reader!.destroy();
    await server.end('SIGTERM');
  });

  test('helps, and says what is wrong with its arguments', async () => {
    const cases: [string[], number, RegExp, RegExp][] = [
      [['--help'], 0, /^Usage: /, /^$/],
      [['--prot', '1'], 2, /^$/, /'--prot'.*\nSee --help\.\n$/],
      [['--port', '70000'], 2, /^$/, /^--port is a number from 0 to 65535, not "70000"\.\n/],
      [['--config', '/nowhere.json'], 2, /^$/, /^\/nowhere\.json: ENOENT/],
    ];
    const ended = await Promise.all(cases.map(async ([args]) => [args, await command.run(...args)] as const));
    expect(ended).toEqual(
      cases.map(([args, code, out, err]) => [
        args,
        { code, out: expect.stringMatching(out), err: expect.stringMatching(err) },
      ]),
    );
    for (const [, { err }] of ended) expect(err).not.toContain('    at ');
  });
});
