import { StorageError } from '../../storage.error.js';
import { rowsOf, type CatalogDatabase } from '../catalog-database.js';
import { migrations, policyCondition } from './migrations.js';
import { guardedTables, privileges, type Names } from './names.js';

interface Account {
  role: string;
  isSuper: boolean;
  byPasses: boolean;
}

interface Table {
  name: string;
  owner: string;
  isOwner: boolean;
  isActive: boolean;
  isForced: boolean;
  policies: { name: string; permissive: boolean; using: string; check: string }[];
  may: string[];
}

/**
 * Refuses a database in which row level security would not hold for this application's own session: each mistake with its
 * cure.
 *
 * @throws {StorageError} `misconfigured`; `check_unavailable` where the database does not answer
 */
export async function requireIsolation(
  database: CatalogDatabase,
  names: Names,
  columns: readonly string[],
): Promise<void> {
  const mistakes = await database.outside(async (session) => {
    const ask = <T>(sql: string, values: (string | null)[] = []) => rowsOf<T>(session, sql, values);
    const schema = names.schema.slice(1, -1);
    const who = [...ofAccounts(await ask<Account>(accountsSql))];
    // What else is wrong follows from it.
    if (who.length > 0) return who;
    const tables = await ask<Table>(tablesSql, [schema, `{${guardedTables.join(',')}}`]);
    const missing = guardedTables.filter((name) => !tables.some((table) => table.name === name));
    if (missing.length > 0) {
      return [
        `the tables ${missing.join(', ')} are not in the schema ${schema}, or this role may not use it: run nest-tenant-storage catalog migrate as their owner`,
      ];
    }
    const [applied] = await ask<{ last: number | null }>(
      `select json_build_object('last', max(id))::text as row from ${names.migration}`,
    );
    const views = await ask<{ name: string }>(viewsSql, [schema]);
    const known = await ask<{ name: string }>(columnsSql, [schema]);
    return [
      ...tables.flatMap((table) => [...ofTable(table, database.setting)]),
      ...((applied?.last ?? 0) < migrations.length
        ? ['the tables are of an older version: run nest-tenant-storage catalog migrate as their owner']
        : []),
      ...views.map(
        ({ name }) =>
          `the view ${name} shows these tables with its owner's rights: alter view ${name} set (security_invoker = true), or drop it`,
      ),
      ...columns
        .filter((column) => !known.some(({ name }) => name === column))
        .map(
          (column) => `there is no column ${column}: run nest-tenant-storage catalog migrate --column ${column}:TYPE`,
        ),
    ];
  });
  if (mistakes.length === 0) return;
  throw new StorageError(
    'misconfigured',
    `The catalog's database does not keep organisations apart: ${mistakes.join('; ')}.`,
  );
}

function* ofAccounts(accounts: Account[]): Generator<string> {
  for (const { role, isSuper, byPasses } of accounts) {
    if (isSuper) {
      yield `${role} is a superuser, whom no policy binds, and this session is or may become it: connect as a role that was made for the application (create role app login)`;
    } else if (byPasses) {
      yield `${role} has BYPASSRLS, and this session is or may become it: alter role ${role} nobypassrls, or revoke it from the application's role`;
    }
  }
}

function* ofTable(
  { name, owner, isOwner, isActive, isForced, policies, may }: Table,
  setting: string,
): Generator<string> {
  const cure = 'run nest-tenant-storage catalog migrate as the owner';
  if (isOwner) {
    yield `this session owns the table ${name}, or may become ${owner}, who can switch its policies off: connect as another role, and give that one to --db-role`;
  }
  if (!isActive || !isForced) yield `row level security is not active and forced on ${name}: ${cure}`;
  const org = policies.find((policy) => policy.name === 'org');
  if (
    !org ||
    bare(org.using) !== bare(policyCondition(setting)) ||
    bare(org.check) !== bare(policyCondition(setting))
  ) {
    yield `the policy org is missing on ${name}, or does not read the setting ${setting}: ${cure} with --setting ${setting}`;
  }
  for (const policy of policies) {
    if (policy.name !== 'org' && policy.permissive) {
      yield `the policy ${policy.name} on ${name} lets more through: drop policy ${policy.name}, or make it restrictive`;
    }
  }
  const allowed = [...privileges[name as keyof typeof privileges]];
  const tooMuch = may.filter((privilege) => !allowed.includes(privilege));
  if (tooMuch.length > 0) {
    yield `this role may ${tooMuch.join(', ')} on ${name}, which goes round the policies or changes what is only added to: ${cure}, and grant nothing on these tables to others`;
  }
}

/** As PostgreSQL writes a condition, without what it adds: parentheses, casts to text, capitals. */
const bare = (condition: string): string =>
  condition
    .toLowerCase()
    .replaceAll('::text', '')
    .replace(/[()\s]/g, '');

/** Who this session is, and whom it may become. */
const accountsSql = `
select json_build_object('role', rolname, 'isSuper', rolsuper, 'byPasses', rolbypassrls)::text as row
from pg_roles
where (rolsuper or rolbypassrls)
  and (rolname in (current_user, session_user) or pg_has_role(session_user, oid, 'member'))
  -- A superuser is a member of every role: who it is says it all.
  and (rolname in (current_user, session_user)
       or not exists (select from pg_roles where rolname in (current_user, session_user) and rolsuper))`;

const tablesSql = `
select json_build_object(
  'name', relname,
  'owner', pg_get_userbyid(relowner),
  'isOwner', pg_has_role(session_user, relowner, 'member'),
  'isActive', row_security_active(c.oid) and relrowsecurity,
  'isForced', relforcerowsecurity,
  'policies', coalesce((
    select json_agg(json_build_object(
      'name', polname, 'permissive', polpermissive,
      'using', coalesce(pg_get_expr(polqual, polrelid), ''), 'check', coalesce(pg_get_expr(polwithcheck, polrelid), '')))
    from pg_policy where polrelid = c.oid), '[]'),
  'may', coalesce((
    select json_agg(p) from unnest(array['select','insert','update','delete','truncate','references','trigger']) p
    where has_table_privilege(c.oid, p)
       or (p = 'references' or p = 'update' and relname <> 'file') and has_any_column_privilege(c.oid, p)), '[]')
)::text as row
from pg_class c
where relnamespace = to_regnamespace($1::text) and relname = any ($2::text::text[]) and relkind in ('r', 'p')`;

/** Views that read these tables without asking as whoever reads the view; a materialised view has the rows themselves. */
const viewsSql = `
select distinct json_build_object('name', v.oid::regclass::text)::jsonb::text as row
from pg_class c
join pg_depend d on d.refobjid = c.oid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_rewrite'::regclass
join pg_rewrite r on r.oid = d.objid
join pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
where c.relnamespace = to_regnamespace($1::text) and c.relkind in ('r', 'p')
  and (v.relkind = 'm' or not coalesce(v.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false))`;

const columnsSql = `
select json_build_object('name', attname)::text as row
from pg_attribute
where attrelid = to_regclass(quote_ident($1::text) || '.file') and attnum > 0 and not attisdropped`;
