import type { Names } from '../schema/names.js';

/** $1 organisation · $2 keys as JSON. The rows at these keys, pending ones too. */
export const rowsAtSql = ({ file }: Names): string => `
select json_build_object('id', id, 'key', key, 'state', state, 'size', size, 'etag', etag, 'storedAt', stored_at)::text as row
from ${file}
where org_id = $1::text::bigint and key in (select json_array_elements_text($2::text::json))`;

/** $1 organisation · $2 the last id, null for the first page · $3 how many. */
export const storedRowsSql = ({ file }: Names): string => `
select json_build_object('id', id, 'key', key)::text as row from ${file}
where org_id = $1::text::bigint and state = 'stored' and ($2::text is null or id > $2::text::uuid)
order by id limit $3::text::bigint`;

/** $1 organisation · $2 id · $3 key · $4 kind · $5 place · $6 name · $7 name to compare · $8 type · $9 size · $10 etag · $11 hash · $12 time. */
export const adoptSql = ({ file }: Names): string => `
with done as (
  insert into ${file} (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, direct, etag, sha256, stored_at)
  values ($1::text::bigint, $2::text::uuid, $3::text, regexp_replace($3::text, '/[^/]*$', ''), 'stored', $4::text, $5::text::jsonb, $6::text,
    $7::text, $8::text, $9::text::bigint, false, $10::text, $11::text, coalesce($12::text::timestamptz, now()))
  on conflict do nothing
  returning 1
)
select count(*)::text as row from done`;

/** $1 organisation · $2 id · $3 size · $4 etag. */
export const correctSql = ({ file }: Names): string => `
with done as (
  update ${file} set size = $3::text::bigint, etag = $4::text where org_id = $1::text::bigint and id = $2::text::uuid and state = 'stored'
  returning 1
)
select count(*)::text as row from done`;

/** $1 organisation. What is counted, locked, beside what the rows say. */
export const countSql = ({ usage, file }: Names): string => `
with counted as (
  select * from ${usage} where org_id = $1::text::bigint order by purpose for update
), kinds as (
  select purpose, size, state from ${file} where org_id = $1::text::bigint
  union all
  select '', size, state from ${file} where org_id = $1::text::bigint
), summed as (
  select purpose,
    coalesce(sum(size) filter (where state = 'stored'), 0) as used_bytes, count(*) filter (where state = 'stored') as used_files,
    coalesce(sum(size) filter (where state = 'pending'), 0) as reserved_bytes, count(*) filter (where state = 'pending') as reserved_files
  from kinds group by purpose
)
select json_build_object('purpose', coalesce(c.purpose, s.purpose),
  'usedBytes', coalesce(s.used_bytes, 0) - coalesce(c.used_bytes, 0), 'usedFiles', coalesce(s.used_files, 0) - coalesce(c.used_files, 0),
  'reservedBytes', coalesce(s.reserved_bytes, 0) - coalesce(c.reserved_bytes, 0),
  'reservedFiles', coalesce(s.reserved_files, 0) - coalesce(c.reserved_files, 0))::text as row
from counted c full join summed s on s.purpose = c.purpose`;
