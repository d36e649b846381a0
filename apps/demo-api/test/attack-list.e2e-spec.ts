import { attacks, type Area, type Attack } from 'nest-tenant-storage/testing';
import { reportOf } from '../src/demo/attacks/attack-report.js';
import { attackedFile, marks } from '../src/demo/attacks/attack-runner.js';
import { readyForAttacks, type Outcome } from './attack.runner.js';
import { startDemo, type Demo } from './demo.harness.js';

let demo: Demo;
let runAttack: (attack: Attack) => Promise<Outcome>;
beforeAll(async () => {
  demo = await startDemo({ RATE_LIMIT_PER_MINUTE: '0' });
  runAttack = readyForAttacks(demo);
});
afterAll(() => demo.close());

const areas = [...new Set(attacks.map(({ area }) => area))] satisfies Area[];

describe.each(areas)('%s', (area) => {
  it.each(attacks.filter((attack) => attack.area === area).map((attack) => [attack.name, attack] as const))(
    '%s',
    async (_name, attack) => {
      const { run, report, before, after } = await runAttack(attack);
      // Statuses, code, the bytes and what the owner has afterwards.
      expect(report).toMatchObject({ held: true, broken: [] });
      const { answer } = run.sent.at(-1)!;
      const last = attack.sends.at(-1)!;
      // What is over is removed from the quarantine, whoever asks: it never was readable.
      const seen = ({ keys, openUploads }: typeof before) => ({
        keys: last.to === 'store' ? keys : keys.filter((key) => !key.startsWith('incoming/')),
        openUploads,
      });
      expect(seen(after)).toEqual(seen(before));
      const text = JSON.stringify(answer.headers) + answer.body.toString('latin1');
      // The store repeats the key that it was asked for.
      if (last.to === 'api' && last.as !== 'a') expect(text).not.toContain(marks.name);
    },
  );
});

it('the list is data: each attack has a name of its own, and JSON loses nothing', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  expect(JSON.parse(JSON.stringify(attacks))).toEqual(attacks);
  expect(attacks.filter(({ from }) => from.length === 0)).toEqual([]);
});

describe('what is reported of an attack that would not hold', () => {
  const attack = attacks.find(({ name }) => name === 'foreign file: its bytes')!;
  const answered = (status: number, body: object | string) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const absent = answered(404, { code: 'not_found' });
  const owner = { ...answered(200, ''), body: attackedFile };
  const runOf = (answer: typeof absent, ofOwner = owner) => ({
    sent: [{ step: attack.sends[0]!, request: { method: 'GET', url: '/', headers: {} }, answer, ms: 1 }],
    owner: ofOwner,
    absent,
  });

  it.each([
    ['nothing', absent, owner, 0],
    ['another status', answered(403, { code: 'not_found' }), owner, 2],
    ['another code', answered(404, { code: 'forbidden' }), owner, 2],
    ['another text', answered(404, { code: 'not_found', message: 'It is of organisation 1.' }), owner, 1],
    ['the bytes', answered(404, { code: 'not_found', message: marks.bytes }), owner, 2],
    ['a file that changed', absent, answered(200, 'x'), 1],
    ['a file that is gone', absent, absent, 1],
  ])('%s', (_what, answer, ofOwner, count) => {
    const report = reportOf(attack, runOf(answer, ofOwner));
    expect([report.held, report.broken.length]).toEqual([count === 0, count]);
  });

  it('holds no secret', () => {
    const url = 'http://s3/x?X-Amz-Credential=AKIA12345678/x&X-Amz-Signature=0123456789abcdef';
    const step = {
      ...runOf(absent).sent[0]!,
      request: { method: 'GET', url, headers: { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.x.y' } },
    };
    const text = JSON.stringify(reportOf(attack, { ...runOf(absent), sent: [step] }));
    expect(text).not.toMatch(/89abcdef|12345678|IUzI1NiJ9/);
  });
});
