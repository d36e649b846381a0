import { attacks, type Area, type Attack } from 'nest-tenant-storage/testing';
import { marks, readyForAttacks, type Outcome } from './attack.runner.js';
import { startDemo, type Demo } from './demo.harness.js';

let demo: Demo;
let runAttack: (attack: Attack) => Promise<Outcome>;
beforeAll(async () => {
  demo = await startDemo({ RATE_LIMIT_PER_MINUTE: '0' });
  runAttack = await readyForAttacks(demo);
});
afterAll(() => demo.close());

const areas = [...new Set(attacks.map(({ area }) => area))] satisfies Area[];

describe.each(areas)('%s', (area) => {
  it.each(attacks.filter((attack) => attack.area === area).map((attack) => [attack.name, attack] as const))(
    '%s',
    async (_name, attack) => {
      const { answers, before, after } = await runAttack(attack);
      const answer = answers.at(-1)!;
      const { status, code } = attack.must;
      expect([status].flat()).toContain(answer.status);
      if (code !== undefined) expect(answer.json.code).toBe(code);
      for (const preparation of answers.slice(0, -1)) expect(Math.floor(preparation.status / 100)).toBe(2);
      const last = attack.sends.at(-1)!;
      // What is over is removed from the quarantine, whoever asks: it never was readable.
      const seen = ({ keys, openUploads }: typeof before) => ({
        keys: last.to === 'store' ? keys : keys.filter((key) => !key.startsWith('incoming/')),
        openUploads,
      });
      expect(seen(after)).toEqual(seen(before));
      const text = JSON.stringify(answer.headers) + answer.body.toString('latin1');
      expect(text).not.toContain(marks.bytes);
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
