import type { ColumnType } from './columns.js';
import { changeable, guardedTables, identifier, privileges, type Names } from './names.js';

/**
 * Tables and indexes, each applied once, in this order. What stands here is never changed: a change is another one. So the areas
 * of files are told here once more, in the constraint on keys: another such area needs a migration that replaces it.
 */
export const migrations: readonly { id: number; sql: (names: Names) => string }[] = [
  {
    id: 1,
    sql: ({ file, usage }) => `
create table ${file} (
  org_id bigint not null check (org_id > 0),
  -- The upload's.
  id uuid not null,
  key text not null,
  -- The key without its last segment.
  folder text not null,
  state text not null check (state in ('pending', 'stored')),
  purpose text not null,
  place jsonb not null,
  -- As its person named it, and the same for comparing.
  name text not null,
  name_key text collate "C" not null,
  content_type text collate "C" not null,
  -- Bytes; while it is pending, those that are reserved.
  size bigint not null check (size >= 0),
  etag text,
  sha256 text,
  direct boolean not null,
  uploaded_by text,
  created_at timestamptz not null default now(),
  stored_at timestamptz,
  -- When the bucket is to be asked what became of it; null where that is known.
  check_at timestamptz,
  primary key (org_id, id),
  constraint key_lies_under_the_organisation check (
    (starts_with(key, org_id::text || '/') or starts_with(key, 'audit-archive/' || org_id::text || '/'))
    and key !~ '(^|/)[.]{1,2}(/|$)' and key !~ '//'
  ),
  constraint stored_is_known check (state = 'pending' or (etag is not null and stored_at is not null))
);
create unique index file_key on ${file} (org_id, key) where state = 'stored';
create index file_to_check on ${file} (org_id, check_at) where check_at is not null;
create index file_by_time on ${file} (org_id, stored_at, id) where state = 'stored';
create index file_by_kind on ${file} (org_id, purpose, stored_at, id) where state = 'stored';
create index file_by_folder on ${file} (org_id, folder, stored_at, id) where state = 'stored';
create index file_by_type on ${file} (org_id, content_type, stored_at, id) where state = 'stored';
create index file_by_person on ${file} (org_id, uploaded_by, stored_at, id) where state = 'stored';
create index file_by_name on ${file} (org_id, name_key, id) where state = 'stored';
create index file_by_size on ${file} (org_id, size, id) where state = 'stored';

create table ${usage} (
  org_id bigint not null check (org_id > 0),
  -- A kind of file; empty for all of them together.
  purpose text not null,
  used_bytes bigint not null default 0 check (used_bytes >= 0),
  used_files bigint not null default 0 check (used_files >= 0),
  reserved_bytes bigint not null default 0 check (reserved_bytes >= 0),
  reserved_files bigint not null default 0 check (reserved_files >= 0),
  -- Null: what the application has by default.
  max_bytes bigint check (max_bytes >= 0),
  max_files bigint check (max_files >= 0),
  primary key (org_id, purpose)
);`,
  },
  {
    id: 2,
    sql: ({ journal, readGrant }) => `
create table ${journal} (
  org_id bigint not null check (org_id > 0),
  id text not null check (length(id) between 1 and 128),
  at timestamptz not null,
  acted_by text,
  kind text not null,
  verb text not null,
  outcome text not null,
  -- As it was given, letter by letter: jsonb would order its names anew.
  record json not null,
  primary key (org_id, id)
);
create index journal_by_time on ${journal} (org_id, at, id);

-- Each read URL that was handed out.
create table ${readGrant} (
  org_id bigint not null check (org_id > 0),
  id text not null check (length(id) between 1 and 128),
  at timestamptz not null,
  granted_to text,
  kind text not null,
  place jsonb not null,
  file text,
  expires_at timestamptz,
  primary key (org_id, id)
);
create index read_grant_by_time on ${readGrant} (org_id, at, id);`,
  },
];

export interface Guards {
  /** The application's role. */
  role: string;
  setting: string;
  columns: Readonly<Record<string, ColumnType>>;
}

/** The one condition of every policy: an empty setting, which a transaction leaves behind, is nobody. */
export const policyCondition = (setting: string): string =>
  `org_id = nullif(current_setting('${setting}', true), '')::bigint`;

/** Row level security, privileges and own columns: brought to what they should be each time. */
export function guards(names: Names, { role, setting, columns }: Guards): string {
  const to = identifier(role, 'The role');
  const condition = policyCondition(setting);
  const lines = [`grant usage on schema ${names.schema} to ${to};`, `grant select on ${names.migration} to ${to};`];
  for (const [name, type] of Object.entries(columns)) {
    const column = identifier(name, 'A column');
    lines.push(
      `alter table ${names.file} add column if not exists ${column} ${type};`,
      `create index if not exists ${identifier(`file_by_own_${name}`.slice(0, 63), 'An index')} on ${names.file} (org_id, ${column}, stored_at, id) where state = 'stored';`,
    );
  }
  for (const table of guardedTables) {
    const at = `${names.schema}.${table}`;
    lines.push(
      `alter table ${at} enable row level security;`,
      `alter table ${at} force row level security;`,
      `drop policy if exists org on ${at};`,
      `create policy org on ${at} using (${condition}) with check (${condition});`,
      `revoke all on ${at} from public, ${to};`,
      `grant ${privileges[table].join(', ')} on ${at} to ${to};`,
    );
  }
  const mayChange = [...changeable, ...Object.keys(columns).map((name) => identifier(name, 'A column'))];
  lines.push(`grant update (${mayChange.join(', ')}) on ${names.file} to ${to};`);
  return lines.join('\n');
}
