import { SettingError } from '../bucket/apply/setting.js';
import { StorageError } from '../storage.error.js';
import { Arguments } from './arguments.js';
import { UsageError, type ExitCode, type Io } from './io.js';
import { usage } from './usage.js';

type Command = (args: Arguments, io: Io) => Promise<ExitCode>;

/** Each loads what it needs: all of them together take most of a second to load. */
const commands: Record<string, () => Promise<Command>> = {
  policy: async () => (await import('./bucket/policy.command.js')).policyCommand,
  provision: async () => (await import('./bucket/provision.command.js')).provisionCommand,
  doctor: async () => (await import('./bucket/doctor.command.js')).doctorCommand,
  explain: async () => (await import('./bucket/explain.command.js')).explainCommand,
  audit: async () => (await import('./audit/audit.command.js')).auditCommand,
  erase: async () => (await import('./org/erase.command.js')).eraseCommand,
  export: async () => (await import('./org/export.command.js')).exportCommand,
  import: async () => (await import('./org/import.command.js')).importCommand,
  move: async () => (await import('./org/move.command.js')).moveCommand,
  catalog: async () => (await import('./catalog.command.js')).catalogCommand,
  grants: async () => (await import('./grants.command.js')).grantsCommand,
  prove: async () => (await import('./prove.command.js')).proveCommand,
  rescan: async () => (await import('./org/rescan.command.js')).rescanCommand,
};

/** The command `nest-tenant-storage`. Never throws: what goes wrong is a line of text and an exit status. */
export async function run(argv: string[], io: Io): Promise<ExitCode> {
  try {
    const args = new Arguments(argv, io.env);
    if (args.switch('help') || args.command === undefined) {
      io.out(usage());
      return args.switch('help') ? 0 : 2;
    }
    const load = commands[args.command];
    if (!load) throw new UsageError(`There is no command ${args.command}: ${Object.keys(commands).join(', ')}.`);
    const profile = args.text('profile');
    // Where the SDK's own chain looks for it.
    if (profile) io.env['AWS_PROFILE'] = profile;
    const command = await load();
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
  if (error instanceof StorageError && error.cause instanceof UsageError) return error.cause.message;
  if (error instanceof StorageError || error instanceof SettingError) return error.message;
  return `It failed: ${error instanceof Error ? error.message : String(error)}`;
}
