import type { Attack } from 'nest-tenant-storage/testing';
import { reportOf, type AttackReport } from '../src/demo/attacks/attack-report.js';
import { AttackRunner, type Run } from '../src/demo/attacks/attack-runner.js';
import { tokenOf, type Demo } from './demo.harness.js';

export interface Outcome {
  run: Run;
  report: AttackReport;
  before: Contents;
  after: Contents;
}
type Contents = ReturnType<Demo['storage']['s3']['contents']>;

/** The page's runner of attacks, which also looks into the bucket. */
export function readyForAttacks(demo: Demo): (attack: Attack) => Promise<Outcome> {
  const runner = new AttackRunner(
    {
      origin: demo.origin,
      bucket: demo.storage.bucket,
      tokenOf: ({ orgId, userId }) => tokenOf({ org: orgId, sub: userId }),
      clock: demo.storage.s3.clock,
    },
    { formId: '7', customFieldId: '3' },
  );
  return async (attack) => {
    const seen: Contents[] = [];
    const { s3, bucket } = demo.storage;
    const look = async () => void seen.push(s3.contents(bucket));
    const run = await runner.run(attack, { before: look, after: look });
    const [before, after] = seen as [Contents, Contents];
    return { run, report: reportOf(attack, run), before, after };
  };
}
