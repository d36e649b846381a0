import { provision, type ProvisionStep } from '../../bucket/apply/provision.js';
import { guardDutyCommand } from '../../bucket/desired/guardduty.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { diff } from './diff.js';
import type { Arguments } from '../arguments.js';
import { rulesFrom, settingsFrom } from '../inputs.js';
import type { ExitCode, Io } from '../io.js';
import { columns } from '../table.js';

const words: Record<ProvisionStep['outcome'], string> = {
  unchanged: 'as it should be',
  applied: 'changed',
  created: 'made',
  planned: 'would change',
  declined: 'LEFT AS IT IS',
  unsupported: 'not supported here',
  failed: 'FAILED',
};

export async function provisionCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const settings = settingsFrom(args, io.env);
  const json = args.switch('json') === true;
  const dryRun = args.switch('dry-run') === true;
  const client = createS3Client(settings);
  try {
    const steps = await provision(settings, client, rulesFrom(args), {
      create: args.switch('create'),
      dryRun,
      async confirm(id, foreign) {
        for (const { message } of foreign) io.err(`${id}: ${message} It is not a rule of this module.`);
        if (args.switch('yes')) return true;
        if (!io.ask) io.err(`${id}: nobody can be asked; give --yes to replace it.`);
        return (await io.ask?.(`Replace it in ${settings.bucket}?`)) === true;
      },
      onStep: (step) => {
        if (!json) show(step, io);
      },
    });
    const rules = rulesFrom(args);
    if (rules.guardDutyRoleArn && !json) {
      io.out('Once, as an administrator (the role: policy iam-guardduty and policy trust-guardduty print its rights):');
      io.out(`  ${guardDutyCommand({ bucket: settings.bucket, region: settings.region, ...rules })}`);
    }
    if (json) io.out(JSON.stringify({ bucket: settings.bucket, dryRun, steps }, null, 2));
    return steps.some(({ outcome }) => outcome === 'failed' || outcome === 'declined') ? 1 : 0;
  } finally {
    client.destroy();
  }
}

function show({ id, outcome, changes, message, before, after }: ProvisionStep, io: Io): void {
  for (const line of columns([[id.padEnd(13), words[outcome], message ?? '']])) io.out(line.slice(2));
  for (const change of changes) io.out(`  ${change.message}`);
  if (outcome !== 'unsupported')
    for (const line of after === undefined ? [] : diff(before, after)) io.out(`    ${line}`);
}
