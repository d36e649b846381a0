import type { Names } from '../schema/names.js';
import { countedCtes, inOrder } from './usage.sql.js';

/** Seconds that an upload through the application keeps its reservation without a sign of life. */
export const streamedSeconds = 300;
/** The same for a ticket: its URL's five minutes, and ten to complete. A completion that comes later asks for room anew. */
export const ticketSeconds = 900;
/** Seconds until the bucket is asked about what is unsure: a call whose answer was lost may still have its effect. */
export const unsureSeconds = 60;
/** Rows that one request looks after, so that none waits for long. */
const swept = 20;

/**
 * $1 organisation · $2 id · $3 key · $4 kind · $5 place · $6 name · $7 name to compare · $8 type · $9 size · $10 direct · $11 by ·
 * $12 seconds · $13 and $14 what all kinds have by default, bytes and files · $15 and $16 this kind · $17 whether it may be refused ·
 * then the application's own columns.
 *
 * A row and its room at once, or neither. Answers both counters, locked in their order; fewer than two are not there yet. And
 * in how many seconds something of this organisation is due.
 */
export const beginSql = ({ file, usage }: Names, own: readonly [name: string, type: string][]): string => `
with asked (purpose, default_bytes, default_files) as (
  values ('', $13::text::bigint, $14::text::bigint), ($4::text, $15::text::bigint, $16::text::bigint)
), counted as (
  select u.purpose, u.used_bytes + u.reserved_bytes as bytes, u.used_files + u.reserved_files as files,
    coalesce(u.max_bytes, a.default_bytes) as max_bytes, coalesce(u.max_files, a.default_files) as max_files
  from ${usage} u join asked a on a.purpose = u.purpose
  where u.org_id = $1::text::bigint
  ${inOrder} for update of u
), room as (
  select *, $17::text = 'no' or (bytes + $9::text::bigint <= coalesce(max_bytes, 9223372036854775807)
    and files + 1 <= coalesce(max_files, 9223372036854775807)) as fits
  from counted
), verdict as (
  select count(*) = 2 and bool_and(fits) as is_yes from room
), reserved as (
  update ${usage} u set reserved_bytes = u.reserved_bytes + $9::text::bigint, reserved_files = u.reserved_files + 1
  from verdict where is_yes and u.org_id = $1::text::bigint and u.purpose in ('', $4::text)
), added as (
  insert into ${file} (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, direct, uploaded_by, check_at
    ${own.map(([name]) => `, "${name}"`).join('')})
  select $1::text::bigint, $2::text::uuid, $3::text, regexp_replace($3::text, '/[^/]*$', ''), 'pending', $4::text, $5::text::jsonb, $6::text,
    $7::text, $8::text, $9::text::bigint, $10::text::boolean, $11::text, now() + ($12::text || ' seconds')::interval
    ${own.map(([, type], at) => `, $${at + 18}::text::${type}`).join('')}
  from verdict where is_yes
)
select json_build_object('purpose', purpose, 'bytes', bytes, 'files', files, 'maxBytes', max_bytes, 'maxFiles', max_files, 'fits', fits,
  'dueIn', (select extract(epoch from min(check_at) - now()) from ${file}
    where org_id = $1::text::bigint and check_at is not null))::text as row
from room`;

/** $1 organisation · $2 id · $3 seconds. Answers what the row is, where there is one. */
export const renewSql = ({ file }: Names): string => `
with done as (
  update ${file} set check_at = case when state = 'pending' then now() + ($3::text || ' seconds')::interval else check_at end
  where org_id = $1::text::bigint and id = $2::text::uuid
  returning state
)
select json_build_object('state', state)::text as row from done`;

/**
 * $1 organisation · $2 seconds. What is due is claimed for that long, by the very time at which it is due next: whoever
 * renews it meanwhile takes it from the claimant.
 */
export const claimDueSql = ({ file }: Names): string => `
with due as (
  select id from ${file} where org_id = $1::text::bigint and check_at <= now() order by check_at limit ${swept} for update skip locked
), done as (
  update ${file} f set check_at = now() + ($2::text || ' seconds')::interval from due
  where f.org_id = $1::text::bigint and f.id = due.id
  returning f.*
)
select json_build_object('id', id, 'key', key, 'purpose', purpose, 'place', place, 'name', name, 'contentType', content_type, 'size', size,
  'direct', direct, 'by', uploaded_by, 'claim', check_at, 'claimedAt', now())::text as row
from done`;

/** For who waits for the end of every upload on disk, nothing; else this transaction's commit is not waited for. */
export const committed = (later: boolean): string =>
  later ? `'later', set_config('synchronous_commit', 'off', true), ` : '';

/**
 * $1 organisation · $2 id · $3 key · $4 size · $5 etag · $6 hash · $7 claim, null for who needs none · $8 since when nobody else may
 * have written to the key, null: since the upload began.
 *
 * The file takes the place of the one before it, and both are counted. Where another one was stored at its key while it was
 * under way, nobody here knows whose bytes came last: then it is left for the bucket to say.
 */
export const settleSql = (names: Names, later: boolean): string => `
with mine as (
  select id, purpose, state, size, coalesce($8::text::timestamptz, created_at) as since,
    state = 'pending' and stored_at is not null as may_be_gone from ${names.file}
  where org_id = $1::text::bigint and id = $2::text::uuid and ($7::text is null or check_at = $7::text::timestamptz)
  for update
), others as (
  select f.id, f.purpose, f.size, f.stored_at from ${names.file} f, mine
  where f.org_id = $1::text::bigint and f.key = $3::text and f.state = 'stored' and f.id <> mine.id
  for update of f
), verdict as (
  select mine.*, exists (select from others where stored_at > mine.since) as unsure from mine
), gone as (
  delete from ${names.file} f using others, verdict
  -- By the key as well, which is an index's, whatever the planner thinks of the join.
  where f.org_id = $1::text::bigint and f.key = $3::text and f.state = 'stored' and f.id = others.id and not verdict.unsure
  returning f.purpose, f.size
), kept as (
  update ${names.file} f set
    state = case when v.unsure then f.state else 'stored' end,
    size = case when v.unsure then f.size else $4::text::bigint end,
    etag = case when v.unsure then f.etag else $5::text end,
    sha256 = case when v.unsure then f.sha256 else coalesce($6::text, f.sha256) end,
    stored_at = case when v.unsure then f.stored_at when v.state = 'pending' then now() else f.stored_at end,
    check_at = case when v.unsure or v.may_be_gone then now() + interval '${unsureSeconds} seconds' else null end
  from verdict v
  -- First those that are replaced: two at one key are none too many only then.
  where f.org_id = $1::text::bigint and f.id = $2::text::uuid and (select count(*) from gone) >= 0
  returning 1
), change (purpose, used_bytes, used_files, reserved_bytes, reserved_files) as (
  select purpose, -size, -1, 0, 0 from gone
  union all
  select purpose, $4::text::bigint, 1, -size, -1 from verdict where not unsure and state = 'pending'
  union all
  select purpose, $4::text::bigint - size, 0, 0, 0 from verdict where not unsure and state = 'stored'
), ${countedCtes(names)}
select json_build_object(${committed(later)}'counted', (select count(*) from done))::text as row from verdict`;

/** $1 organisation · $2 id · $3 claim, null for who needs none · $4 the state to be in, null for any. */
export const dropSql = (names: Names, later: boolean): string => `
with gone as (
  delete from ${names.file} where org_id = $1::text::bigint and id = $2::text::uuid
    and ($3::text is null or check_at = $3::text::timestamptz) and ($4::text is null or state = $4::text)
  returning purpose, state, size
), change (purpose, used_bytes, used_files, reserved_bytes, reserved_files) as (
  select purpose, -size, -1, 0, 0 from gone where state = 'stored'
  union all
  select purpose, 0, 0, -size, -1 from gone where state = 'pending'
), ${countedCtes(names)}
select json_build_object(${committed(later)}'counted', (select count(*) from done))::text as row from gone`;

/** Rows that one statement erases, so that it has its answer in time. */
const erasedAtOnce = 2_000;

/** $1 organisation · $2 folders as JSON, files without a slash at their end · $3 keys that stay, as JSON. No row: none was left. */
export const eraseSql = (names: Names): string => `
with doomed as (
  select id from ${names.file} f
  where org_id = $1::text::bigint
    and exists (select from json_array_elements_text($2::text::json) as given (path)
      where f.key = path or (path like '%/' and starts_with(f.key, path)))
    and f.key not in (select json_array_elements_text($3::text::json))
  limit ${erasedAtOnce}
), gone as (
  delete from ${names.file} f using doomed where f.org_id = $1::text::bigint and f.id = doomed.id
  returning f.purpose, f.state, f.size
), change (purpose, used_bytes, used_files, reserved_bytes, reserved_files) as (
  select purpose, -size, -1, 0, 0 from gone where state = 'stored'
  union all
  select purpose, 0, 0, -size, -1 from gone where state = 'pending'
), ${countedCtes(names)}
select (select count(*) from done)::text as row where exists (select from doomed)`;

/** $1 organisation · $2 id. */
export const unsureSql = ({ file }: Names): string => `
with done as (
  update ${file} set check_at = now() + interval '${unsureSeconds} seconds' where org_id = $1::text::bigint and id = $2::text::uuid returning 1
)
select count(*)::text as row from done`;
