import type { Names } from '../schema/names.js';

/** $1 organisation · $2 records as JSON. */
export const appendSql = ({ journal, readGrant }: Names): string => `
with given as (
  select * from json_to_recordset($2::text::json) as g (id text, at timestamptz, by text, kind text, verb text, outcome text, place jsonb,
    file text, "grantId" text, "expiresAt" timestamptz, record text)
), granted as (
  insert into ${readGrant} (org_id, id, at, granted_to, kind, place, file, expires_at)
  select distinct on ("grantId") $1::text::bigint, "grantId", at, by, kind, place, file, "expiresAt" from given where "grantId" is not null
  on conflict (org_id, id) do nothing
  returning 1
), added as (
  insert into ${journal} (org_id, id, at, acted_by, kind, verb, outcome, record)
  select $1::text::bigint, id, at, by, kind, verb, outcome, record::json from given
  on conflict (org_id, id) do nothing
  returning 1
)
select json_build_array((select count(*) from added), (select count(*) from granted))::text as row`;

/** $1 organisation · $2 from · $3 to · $4 by · $5 kind · $6 verb · $7 outcome · $8 and $9 after which, by time and id. */
export const recordsSql = ({ journal }: Names, sort: 'newest' | 'oldest', limit: number): string => {
  const [direction, compare] = sort === 'newest' ? ['desc', '<'] : ['asc', '>'];
  return `
select json_build_object('at', at, 'id', id, 'record', record::text)::text as row from ${journal}
where org_id = $1::text::bigint
  and ($2::text is null or at >= $2::text::timestamptz) and ($3::text is null or at < $3::text::timestamptz)
  and ($4::text is null or acted_by = $4::text) and ($5::text is null or kind = $5::text)
  and ($6::text is null or verb = $6::text) and ($7::text is null or outcome = $7::text)
  and ($8::text is null or (at, id) ${compare} ($8::text::timestamptz, $9::text))
order by at ${direction}, id ${direction}
limit ${limit}`;
};
