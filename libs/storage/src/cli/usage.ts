import { flags } from './flags.js';
import { columns } from './table.js';

const commands = [
  [
    'policy [WHAT]',
    'prints JSON: bucket (default), cors, lifecycle, encryption, public-access, ownership, versioning,',
  ],
  ['', 'iam-app, iam-tenant, iam-archiver, trust'],
  ['provision', 'brings the bucket to what the module needs; never loosens it'],
  ['doctor', 'says what differs, and which bad requests this store lets through'],
  ['explain', 'says whether a request may pass, and which statement decides; asks no store'],
  ['audit WHAT', 'keygen makes keys; verify checks sealed months, prove and verify-proof one record'],
  ['prove', 'tries whether the routes of a running application keep organisations apart; it writes and removes'],
];

export function usage(): string {
  const lines = ['Usage: nest-tenant-storage COMMAND [FLAGS]', '', ...columns(commands), ''];
  for (const group of ['Store', 'Roles', 'Rules', 'Run', 'Explain', 'Audit', 'Prove'] as const) {
    const rows = Object.entries(flags)
      .filter(([, flag]) => flag.group === group)
      .map(([name, flag]) => {
        const { value, env, multiple } = flag as { value?: string; env?: readonly string[]; multiple?: boolean };
        const notes = [multiple && 'may be repeated', env?.[0]].filter(Boolean).join('; ');
        return [`--${name}${value ? ` ${value}` : ''}`, notes ? `${flag.help} [${notes}]` : flag.help];
      });
    lines.push(`${group}:`, ...columns(rows), '');
  }
  lines.push(
    'Credentials: S3_ACCESS_KEY_ID with S3_SECRET_ACCESS_KEY (and S3_SESSION_TOKEN), else the default chain of the AWS SDK.',
    'Exit status: 0 as it should be, 1 something was found, 2 wrong use, or it could not be checked.',
  );
  return lines.join('\n');
}
