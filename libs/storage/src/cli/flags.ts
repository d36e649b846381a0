import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './io.js';

interface Flag {
  group: 'Store' | 'Roles' | 'Rules' | 'Run' | 'Explain' | 'Audit' | 'Prove';
  help: string;
  /** Read where the flag is absent; lists have commas there. */
  env?: readonly string[];
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  multiple?: boolean;
}

const flag = (group: Flag['group'], help: string, value?: string, env?: string[], multiple = false): Flag => ({
  group,
  help,
  ...(value && { value }),
  ...(env && { env }),
  ...(multiple && { multiple }),
});

/** Every flag of the command, with the variable that the demo API also reads where there is one. */
export const flags = {
  bucket: flag('Store', 'the bucket', 'NAME', ['S3_BUCKET']),
  region: flag('Store', 'its region', 'NAME', ['S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION']),
  endpoint: flag('Store', 'where the store is, unless it is Amazon S3', 'URL', ['S3_ENDPOINT']),
  'public-endpoint': flag('Store', 'where clients reach it, if elsewhere', 'URL', ['S3_PUBLIC_ENDPOINT']),
  'path-style': flag('Store', 'https://host/bucket/key', undefined, ['S3_FORCE_PATH_STYLE']),
  profile: flag('Store', 'a profile of the AWS configuration', 'NAME'),
  'expected-owner': flag('Store', 'the account that owns the bucket', 'ID', ['S3_EXPECTED_BUCKET_OWNER']),
  encryption: flag('Store', 'AES256 (default), aws:kms or none', 'NAME', ['S3_ENCRYPTION']),
  'kms-key': flag('Store', 'the key for aws:kms, best as an ARN', 'KEY', ['S3_KMS_KEY_ID']),
  acl: flag('Store', 'private (default) or none', 'NAME', ['S3_ACL']),
  lacks: flag('Store', 'a capability that the module is told the store lacks', 'NAME', ['S3_LACKS'], true),

  'tenant-role-arn': flag('Roles', 'assumed for one organisation at a time', 'ARN', ['S3_TENANT_ROLE_ARN']),
  'archiver-role-arn': flag('Roles', 'the same for audit-archive/', 'ARN', ['S3_ARCHIVER_ROLE_ARN']),
  'break-glass-role-arn': flag(
    'Roles',
    'may do everything in audit-archive/',
    'ARN',
    ['S3_BREAK_GLASS_ROLE_ARNS'],
    true,
  ),
  'app-role-arn': flag('Roles', 'the role the application runs on', 'ARN', ['S3_APP_ROLE_ARN']),
  'sts-endpoint': flag('Roles', 'where roles are assumed', 'URL', ['S3_STS_ENDPOINT']),
  'tag-session': flag('Roles', 'tag sessions with their organisation (default; --no-tag-session)'),

  'app-origin': flag('Rules', 'a web page that uses the files, as https://host', 'ORIGIN', ['S3_APP_ORIGINS'], true),
  'read-seconds': flag('Rules', 'the oldest signature of a read (900)', 'N'),
  'write-seconds': flag('Rules', 'the oldest signature of a write (300)', 'N'),
  'noncurrent-days': flag('Rules', 'how long replaced and deleted versions are kept (90)', 'N'),
  'require-tls': flag('Rules', 'deny plain HTTP (default unless the endpoint is plain HTTP; --no-require-tls)'),
  strict: flag('Rules', 'the original specification word for word; breaks multipart uploads and reads by the server'),
  store: flag('Rules', 'whose policy language: aws (default) or ceph', 'NAME', ['S3_STORE']),
  partition: flag('Rules', 'of the ARNs (from the region)', 'NAME'),

  json: flag('Run', 'print JSON'),
  probes: flag('Run', 'doctor: send the bad requests (default; --no-probes reads settings only)'),
  'fail-on': flag('Run', 'doctor: error (default) or warning', 'NAME'),
  'dry-run': flag('Run', 'provision: show what would change'),
  create: flag('Run', 'provision: make the bucket if there is none'),
  yes: flag('Run', 'provision: replace rules of others without asking'),
  help: flag('Run', 'this text'),

  action: flag('Explain', 'such as s3:GetObject', 'NAME'),
  key: flag('Explain', 'the object; absent for the bucket', 'KEY'),
  as: flag('Explain', 'app, tenant, archiver (with the policies printed here), or anyone (default)', 'WHO'),
  principal: flag('Explain', 'the ARN of who asks', 'ARN'),
  org: flag('Explain', 'the organisation (also for audit)', 'ID'),
  presigned: flag('Explain', 'by a presigned URL of this age in seconds', 'N'),
  form: flag('Explain', 'by a form post of this age in seconds', 'N'),
  referer: flag('Explain', 'with this Referer', 'URL'),
  context: flag('Explain', 'any other condition key', 'KEY=VALUE', undefined, true),
  'policy-file': flag('Explain', 'this bucket policy instead of ours', 'FILE'),

  from: flag('Audit', 'the first month', 'YYYY-MM'),
  to: flag('Audit', 'the last month', 'YYYY-MM'),
  month: flag('Audit', 'the month', 'YYYY-MM'),
  line: flag('Audit', 'the line of the record, from 1', 'N'),
  'public-key': flag('Audit', 'whom to trust', 'FILE', undefined, true),
  dir: flag('Audit', 'a folder of downloaded months instead of the bucket', 'DIR'),
  head: flag('Audit', 'the line of a seal that was kept elsewhere', 'LINE'),
  proof: flag('Audit', 'what audit prove has made', 'FILE'),
  origin: flag('Audit', 'the name of the log (nest-tenant-storage/audit)', 'NAME'),
  out: flag('Audit', 'where to write', 'FILE'),

  url: flag('Prove', 'where the application listens', 'URL', ['PROVE_URL']),
  'token-a': flag('Prove', 'of somebody of the organisation that owns what others go after', 'TOKEN', [
    'PROVE_TOKEN_A',
  ]),
  'token-b': flag('Prove', 'of somebody of another organisation', 'TOKEN', ['PROVE_TOKEN_B']),
  'token-c': flag('Prove', 'of a third one', 'TOKEN', ['PROVE_TOKEN_C']),
  openapi: flag('Prove', 'path of the OpenAPI document (the usual ones)', 'PATH', ['PROVE_OPENAPI']),
  samples: flag('Prove', 'JSON with values that cannot be guessed', 'FILE'),
  public: flag('Prove', 'a route that is public on purpose, as "GET /health*"', 'ROUTE', undefined, true),
  skip: flag('Prove', 'a route to leave alone', 'ROUTE', undefined, true),
  seed: flag('Prove', 'decides every made-up value (1)', 'N'),
  junit: flag('Prove', 'write JUnit XML; --json FILE writes JSON', 'FILE'),
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

/** Values from arguments, else from the environment. */
export class Arguments {
  readonly command: string | undefined;
  readonly rest: string[];
  readonly #values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  readonly #env: Record<string, string | undefined>;

  /** @throws {UsageError} */
  constructor(argv: string[], env: Record<string, string | undefined>) {
    const options = Object.fromEntries(
      Object.entries(flags as Record<string, Flag>).map(([name, { value, multiple }]) => [
        name,
        { type: value ? 'string' : 'boolean', ...(multiple && { multiple }) },
      ]),
    ) as NonNullable<ParseArgsConfig['options']>;
    try {
      const parsed = parseArgs({ args: argv, options, allowPositionals: true, allowNegative: true });
      [this.command, ...this.rest] = parsed.positionals;
      this.#values = parsed.values;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
    this.#env = env;
  }

  text(name: FlagName): string | undefined {
    const value = this.#values[name];
    return (typeof value === 'string' ? value : this.#variable(name)) || undefined;
  }

  required(name: FlagName): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const [variable] = (flags[name] as Flag).env ?? [];
    throw new UsageError(`--${name}${variable ? ` (or ${variable})` : ''} is missing.`);
  }

  oneOf<T extends string>(name: FlagName, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw new UsageError(`--${name} must be one of ${allowed.join(', ')}.`);
  }

  whole(name: FlagName): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new UsageError(`--${name} must be a whole number.`);
  }

  /** Undefined where neither the flag nor its negation is given. */
  switch(name: FlagName): boolean | undefined {
    const value = this.#values[name];
    if (typeof value === 'boolean') return value;
    const variable = this.#variable(name);
    return variable === undefined ? undefined : variable === 'true';
  }

  list(name: FlagName): string[] {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.map(String);
    const parts = this.#variable(name)?.split(',') ?? [];
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  }

  #variable(name: FlagName): string | undefined {
    const names = (flags[name] as Flag).env ?? [];
    return names.map((variable) => this.#env[variable]?.trim()).find((value) => value);
  }
}
