import type { Names } from '../schema/names.js';

/** What is added to the counters of some kinds, negative to give back. */
export interface Delta {
  purpose: string;
  usedBytes: number;
  usedFiles: number;
  reservedBytes: number;
  reservedFiles: number;
}

/** Rows of usage are always locked in this order, the whole organisation's first, so that no two wait for each other. */
export const inOrder = 'order by purpose';

/** $1 organisation · $2 kind. Counters of nothing, where there are none yet. */
export const countersSql = ({ usage }: Names): string => `
with done as (
  insert into ${usage} (org_id, purpose)
  select $1::text::bigint, purpose from (values (''), ($2::text)) as asked (purpose) ${inOrder}
  on conflict do nothing
  returning 1
)
select count(*)::text as row from done`;

/** What counts the rows of `change`, for their kinds and for all: the end of a list of common table expressions. */
export const countedCtes = ({ usage }: Names): string => `delta as (
  select p.purpose, sum(used_bytes) as used_bytes, sum(used_files) as used_files,
    sum(reserved_bytes) as reserved_bytes, sum(reserved_files) as reserved_files
  from change cross join lateral (values (change.purpose), ('')) as p (purpose)
  group by p.purpose
), locked as (
  select 1 from ${usage} where org_id = $1::text::bigint and purpose in (select purpose from delta) ${inOrder} for update
), done as (
  update ${usage} u set used_bytes = u.used_bytes + d.used_bytes, used_files = u.used_files + d.used_files,
    reserved_bytes = u.reserved_bytes + d.reserved_bytes, reserved_files = u.reserved_files + d.reserved_files
  from delta d
  where u.org_id = $1::text::bigint and u.purpose = d.purpose and (select count(*) from locked) >= 0
  returning 1
)`;

/** $1 organisation · $2 deltas as JSON. */
export const adjustSql = ({ usage }: Names): string => `
with delta as (
  select * from json_to_recordset($2::text::json)
    as d (purpose text, "usedBytes" bigint, "usedFiles" bigint, "reservedBytes" bigint, "reservedFiles" bigint)
), done as (
  insert into ${usage} as u (org_id, purpose, used_bytes, used_files, reserved_bytes, reserved_files)
  select $1::text::bigint, purpose, greatest("usedBytes", 0), greatest("usedFiles", 0), greatest("reservedBytes", 0), greatest("reservedFiles", 0)
  from delta ${inOrder}
  on conflict (org_id, purpose) do update set
    used_bytes = u.used_bytes + (select "usedBytes" from delta where purpose = u.purpose),
    used_files = u.used_files + (select "usedFiles" from delta where purpose = u.purpose),
    reserved_bytes = u.reserved_bytes + (select "reservedBytes" from delta where purpose = u.purpose),
    reserved_files = u.reserved_files + (select "reservedFiles" from delta where purpose = u.purpose)
  returning 1
)
select count(*)::text as row from done`;

/** $1 organisation. */
export const usageSql = ({ usage }: Names): string => `
select json_build_object('purpose', purpose, 'usedBytes', used_bytes, 'usedFiles', used_files, 'reservedBytes', reserved_bytes,
  'reservedFiles', reserved_files, 'maxBytes', max_bytes, 'maxFiles', max_files)::text as row
from ${usage} where org_id = $1::text::bigint order by purpose`;

/** $1 organisation · $2 limits as JSON: `[{ purpose, bytes, files }]`. */
export const limitSql = ({ usage }: Names): string => `
with given as (select * from json_to_recordset($2::text::json) as g (purpose text, bytes bigint, files bigint)), done as (
  insert into ${usage} (org_id, purpose, max_bytes, max_files)
  select $1::text::bigint, purpose, bytes, files from given ${inOrder}
  on conflict (org_id, purpose) do update set max_bytes = excluded.max_bytes, max_files = excluded.max_files
  returning 1
)
select count(*)::text as row from done`;
