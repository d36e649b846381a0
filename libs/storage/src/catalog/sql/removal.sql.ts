import type { Names } from '../schema/names.js';
import { committed, unsureSeconds } from './file.sql.js';
import { countedCtes } from './usage.sql.js';

/** $1 organisation · $2 key. The stored file there, which is about to be removed: should nobody come back, the bucket is asked. */
export const markRemovalSql = ({ file }: Names): string => `
with done as (
  update ${file} set check_at = now() + interval '${unsureSeconds} seconds'
  where org_id = $1::text::bigint and key = $2::text and state = 'stored' returning id
)
select json_build_object('id', id)::text as row from done`;

/**
 * $1 organisation · $2 id of what was marked, null for nothing · $3 key. Where another file came there meanwhile, or is about
 * to, nobody here knows which of them was removed: the bucket is asked. A pending row is marked for that by its `stored_at`.
 */
export const removedSql = (names: Names, later: boolean): string => `
with others as (
  -- By the index of what is due, and by the one of keys. What is under way may be settled while it is waited for.
  select id from ${names.file}
  where org_id = $1::text::bigint and check_at is not null and state = 'pending' and key = $3::text
  union all
  select id from ${names.file} where org_id = $1::text::bigint and key = $3::text and state = 'stored' and id is distinct from $2::text::uuid
), doubted as (
  update ${names.file} f set
    stored_at = case when f.state = 'pending' then now() else f.stored_at end,
    check_at = case when f.state = 'stored' then now() + interval '${unsureSeconds} seconds' else f.check_at end
  from others where f.org_id = $1::text::bigint and f.id = others.id
  returning 1
), gone as (
  -- In the order in which settling locks them.
  delete from ${names.file} where org_id = $1::text::bigint and id = $2::text::uuid and state = 'stored'
    and (select count(*) from doubted) >= 0
  returning purpose, size
), change (purpose, used_bytes, used_files, reserved_bytes, reserved_files) as (
  select purpose, -size, -1, 0, 0 from gone
), ${countedCtes(names)}
select json_build_object(${committed(later)}'counted', (select count(*) from done))::text as row`;
