import { flags } from './flags.js';
import { columns } from './table.js';

const commands = [
  [
    'policy [WHAT]',
    'prints JSON: bucket (default), cors, lifecycle, encryption, public-access, ownership, versioning,',
  ],
  ['', 'iam-app, iam-tenant, iam-archiver, iam-officer, iam-import, iam-move, iam-guardduty, trust,'],
  ['', 'trust-guardduty'],
  ['provision', 'brings the bucket to what the module needs; never loosens it'],
  ['doctor', 'says what differs, which bad requests this store lets through, and how far clamd looks'],
  ['explain', 'says whether a request may pass, and which statement decides; asks no store'],
  ['audit WHAT', 'keygen makes keys; archive seals a month of a journal; verify checks sealed months,'],
  ['', 'prove and verify-proof one record'],
  ['catalog WHAT', 'migrate makes the tables; check says whether they keep organisations apart; reconcile compares'],
  ['erase [verify FILE]', 'erases what an organisation has, with a signed certificate; verify checks one'],
  ['export [verify WHERE]', 'copies what an organisation has into a folder, FILE.zip or s3://, with a manifest;'],
  ['', 'verify checks one'],
  ['import', 'brings an export back where the organisation has nothing'],
  ['move', 'copies what an organisation has into another bucket and compares the hashes; removes nothing'],
  [
    'grants reconcile',
    "says which grants of signed URLs were used, by S3's server access logs, and what was read without one",
  ],
  ['rescan', 'looks for malware in the files of an organisation with the signatures of today'],
  ['prove', 'tries whether the routes of a running application keep organisations apart; it writes and removes'],
];

export function usage(): string {
  const lines = ['Usage: nest-tenant-storage COMMAND [FLAGS]', '', ...columns(commands), ''];
  for (const group of [
    'Store',
    'Roles',
    'Rules',
    'Run',
    'Explain',
    'Audit',
    'Erase',
    'Move',
    'Grants',
    'Catalog',
    'Prove',
  ] as const) {
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
    'Exit status: 0 as it should be, 1 something was found (for grants: unknown, without grant, or unreadable), 2 wrong use, or it could not be checked.',
  );
  return lines.join('\n');
}
