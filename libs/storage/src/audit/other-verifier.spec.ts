import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runs } from '../../test/long.js';
import { fileOf, keys, linesIn, sealedMonths } from '../../test/audit.kit.js';
import { newKeyPair } from './signer.js';

/** The checker of docs/audit.md, which knows nothing but that page. */
const checker = join(import.meta.dirname, '../../../../docs/verify_audit_month.py');
const succeeds = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const needs =
  succeeds('python3', '--version') && /^OpenSSL 3/.test(spawnSync('openssl', ['version']).stdout?.toString() ?? '');
const describeHere = needs ? describe : describe.skip;

describeHere(`another verifier agrees${needs ? '' : ' (skipped: needs python3 and OpenSSL 3)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const put = (name: string, bytes: Buffer | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const check = async (...args: string[]) => {
    const [status] = (await once(spawn('python3', [checker, ...args], { stdio: 'ignore' }), 'exit')) as [number];
    return status;
  };

  const months = sealedMonths('7', {
    '2026-01': Array.from({ length: 5 }, (_, at) => ({ at, who: 'Ștefan' })),
    '2026-02': [],
  });

  test('on what is intact, and on each alteration', async () => {
    const [january, february] = [(await months).get('2026-01')!, (await months).get('2026-02')!];
    const pem = put('clinic.pem', keys.publicKey);
    const first = put('2026-01.jsonl.gz', january);
    const second = put('2026-02.jsonl.gz', february);
    const lines = linesIn(january);
    const altered = (name: string, change: string[]) => put(`${name}.jsonl.gz`, fileOf(change));
    const otherKey = put('other.pem', newKeyPair().publicKey);
    const intact: [string[], number][] = [
      [['7', '2026-01', first, pem], 0],
      [['7', '2026-02', second, pem, first], 0],
    ];
    const wrong: [string[], number][] = [
      [['7', '2026-01', altered('line', lines.with(2, '{"at":2}')), pem], 1],
      [['7', '2026-01', first, otherKey], 1],
      [['7', '2026-01', join(folder, 'nothing'), pem], 2],
      [['7', '2026-01', altered('less', lines.slice(1)), pem], 1],
      [['7', '2026-01', altered('seal', lines.slice(0, -1)), pem], 1],
      [['7', '2026-01', altered('prev', lines.with(5, lines[5]!.replace('prev none', 'prev nome'))), pem], 1],
      [['7', '2026-01', put('cut.jsonl.gz', january.subarray(0, -9)), pem], 1],
      [['11', '2026-01', first, pem], 1],
      [['7', '2026-01', altered('more', lines.toSpliced(2, 0, lines[0]!)), pem], 1],
      [['7', '2026-01', altered('moved', [lines[1]!, lines[0]!, ...lines.slice(2)]), pem], 1],
      [['7', '2026-01', altered('last', lines.toSpliced(3, 2)), pem], 1],
      [['7', '2026-01', second, pem], 1],
      [['7', '2026-01', altered('repacked', lines), pem], 0],
      [['7', '2026-02', second, pem, second], 1],
    ];
    // To start Python takes a second: most of them are for the long run.
    const all: [string[], number][] = [...intact, ...wrong.slice(0, runs(3, wrong.length))];
    expect(await Promise.all(all.map(async ([args]) => [args, await check(...args)]))).toEqual(all);
  });
});
