import { SettingError } from '../bucket/setting.js';
import { StorageError } from '../storage.error.js';
import { auditCommand } from './audit.command.js';
import { doctorCommand } from './doctor.command.js';
import { explainCommand } from './explain.command.js';
import { Arguments } from './flags.js';
import { UsageError, type ExitCode, type Io } from './io.js';
import { policyCommand } from './policy.command.js';
import { proveCommand } from './prove.command.js';
import { provisionCommand } from './provision.command.js';
import { usage } from './usage.js';

const commands: Record<string, (args: Arguments, io: Io) => Promise<ExitCode>> = {
  policy: policyCommand,
  provision: provisionCommand,
  doctor: doctorCommand,
  explain: explainCommand,
  audit: auditCommand,
  prove: proveCommand,
};

/** The command `nest-tenant-storage`. Never throws: what goes wrong is a line of text and an exit status. */
export async function run(argv: string[], io: Io): Promise<ExitCode> {
  try {
    const args = new Arguments(argv, io.env);
    if (args.switch('help') || args.command === undefined) {
      io.out(usage());
      return args.switch('help') ? 0 : 2;
    }
    const command = commands[args.command];
    if (!command) throw new UsageError(`There is no command ${args.command}: ${Object.keys(commands).join(', ')}.`);
    const profile = args.text('profile');
    // Where the SDK's own chain looks for it.
    if (profile) io.env['AWS_PROFILE'] = profile;
    return await command(args, io);
  } catch (error) {
    io.progress('');
    io.err(messageOf(error, io));
    return 2;
  }
}

function messageOf(error: unknown, { signal }: Io): string {
  if (signal?.aborted) return 'Cancelled. What had been written was removed.';
  if (error instanceof UsageError) return `${error.message}\nTry: nest-tenant-storage --help`;
  if (error instanceof StorageError || error instanceof SettingError) return error.message;
  return `It failed: ${error instanceof Error ? error.message : String(error)}`;
}
