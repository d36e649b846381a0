import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { EmbeddedS3Options } from '../options.js';
import { readConfig } from './config.js';

export const usage = `Usage: nest-tenant-storage-s3 [options]

Serves S3 on one address until SIGTERM or SIGINT. It is for development and tests.
The first line of its output is JSON: {"endpoint", "accessKeyId", "secretAccessKey"}.

  --port N         where it listens (9000); 0 takes any free port
  --host ADDRESS   (127.0.0.1)
  --data DIR       where everything is kept, by one process at a time; without it, in a
                   temporary folder that is removed at the end
  --region NAME    (us-east-1)
  --bucket NAME    made at the start if it is not there; may be given more than once
  --config FILE    JSON: {"region", "buckets": [name], "credentials": {"accessKeyId", "secretAccessKey"},
                   "users": [{"name", "accessKeyId", "secretAccessKey", "tags"?, "policy"?}],
                   "roles": [{"name", "policy", "tags"?, "trust"?: [user name]}]}
                   A user without a policy may do everything. Flags come before the file.
  --help           this text

Ends with 0 when it was told to stop, 1 when it could not start, 2 for arguments it does not understand.
`;

/** Arguments or a configuration file that the command does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function readArguments(argv: readonly string[]): EmbeddedS3Options | 'help' {
  const { help, port = '9000', host, data, region, bucket = [], config } = parse(argv);
  if (help) return 'help';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new UsageError(`--port is a number from 0 to 65535, not "${port}".`);
  const file = config === undefined ? {} : readFile(config);
  return {
    ...file,
    port: Number(port),
    ...(host !== undefined && { host }),
    ...(data !== undefined && { dataDir: data }),
    ...(region !== undefined && { region }),
    buckets: [...new Set([...(file.buckets ?? []), ...bucket])],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        region: { type: 'string' },
        bucket: { type: 'string', multiple: true },
        config: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function readFile(path: string): EmbeddedS3Options {
  try {
    return readConfig(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
