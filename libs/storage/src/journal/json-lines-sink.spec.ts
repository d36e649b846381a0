import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parseOrgId } from '../keys/org-id.js';
import type { JournalRecord } from './journal-record.js';
import { fileSink, jsonLinesSink } from './json-lines-sink.js';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (id: number): JournalRecord => {
  const [at, org] = ['2026-11-27T09:00:00.000Z', parseOrgId('1')];
  return { id: String(id), at, org, kind: 'document', place: {}, verb: 'read', outcome: 'done' };
};
const idsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as JournalRecord).id);

test.each([true, false])('a file takes a line for each, of several processes too (sync %s)', async (sync) => {
  const path = join(folder, `journal-${sync}.jsonl`);
  const sinks = [fileSink(path, { sync }), fileSink(path, { sync })];
  await Promise.all(Array.from({ length: 200 }, (_, id) => sinks[id % 2]!.append([record(id), record(1000 + id)])));
  const ids = idsIn(path);
  expect(ids).toHaveLength(400);
  for (let id = 0; id < 200; id += 1) expect(ids.indexOf(String(1000 + id))).toBe(ids.indexOf(String(id)) + 1);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  for (const sink of sinks) await sink.close?.();
});

test('a file that cannot be opened fails, is tried again, and keeps what comes then', async () => {
  const path = join(folder, 'later', 'journal.jsonl');
  const sink = fileSink(path);
  await expect((async () => sink.append([record(1)]))()).rejects.toMatchObject({ code: 'ENOENT' });
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(folder, 'later'));
  await sink.append([record(2)]);
  await sink.close?.();
  expect(idsIn(path)).toEqual(['2']);
});

const fullDisk = existsSync('/dev/full') ? test : test.skip;
fullDisk('a full disk fails', async () => {
  const sink = fileSink('/dev/full', { sync: false });
  await expect((async () => sink.append([record(1)]))()).rejects.toMatchObject({
    code: 'ENOSPC',
  });
  await sink.close?.();
});

test('a stream takes a line for each, and fails as it fails', async () => {
  const lines: string[] = [];
  const write = (chunk: Buffer, _encoding: string, done: (error?: Error) => void) => {
    lines.push(chunk.toString());
    done(lines.length > 1 ? new Error('gone') : undefined);
  };
  const stream = new Writable({ write });
  stream.on('error', () => {});
  const sink = jsonLinesSink(stream);
  await sink.append([record(1)]);
  expect(lines).toEqual([`${JSON.stringify(record(1))}\n`]);
  await expect((async () => sink.append([record(2)]))()).rejects.toThrow('gone');
});
