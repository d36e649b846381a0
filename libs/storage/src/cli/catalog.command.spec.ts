import { startCatalogServer } from '../../test/catalog.kit.js';
import { command } from '../../test/command.kit.js';

test('migrate --print shows what would be run, and asks no database', async () => {
  const line = ['catalog', 'migrate', '--print', '--db-role', 'clinic_app', '--column', 'patient_id:bigint'];
  const { status, out } = await command([...line, '--setting', 'clinic.org', '--schema', 'files']);
  expect(status).toBe(0);
  expect(out).toContain('create table "files".file');
  expect(out).toContain(`current_setting('clinic.org', true)`);
  expect(out).toMatch(/"patient_id" bigint[^]+to "clinic_app"/);
});

test.each<[string, string[], string]>([
  ['nothing', [], 'catalog is one of migrate, check, reconcile'],
  ['something else', ['constructor'], 'catalog is one of migrate, check, reconcile'],
  ['no role', ['migrate', '--print'], '--db-role (or CATALOG_DB_ROLE) is missing'],
  ['no database', ['check'], '--database-url (or DATABASE_URL) is missing'],
  ['a type that is none', ['migrate', '--print', '--db-role', 'a', '--column', 'x:money'], '--column is NAME:TYPE'],
  ['a role that is none', ['migrate', '--print', '--db-role', 'a"; drop'], 'The role must be a plain name'],
  [
    'a setting of the server',
    ['migrate', '--print', '--db-role', 'a', '--setting', 'work_mem'],
    'setting must be two names',
  ],
])('%s is refused with what helps', async (_what, line, message) => {
  const { status, err } = await command(['catalog', ...line]);
  expect(status).toBe(2);
  expect(err).toContain(message);
});

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
(isReal ? test : test.skip)(
  `check says what the start of an application would${isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]'}`,
  async () => {
    const server = await startCatalogServer();
    const check = (url: string) => command(['catalog', 'check'], { env: { DATABASE_URL: url } });
    const superuser = new URL(server.url());
    superuser.username = 'postgres';
    expect(await check(server.url())).toMatchObject({
      status: 0,
      out: expect.stringContaining('keeps organisations apart'),
    });
    const refused = await check(superuser.href);
    expect(refused).toMatchObject({ status: 2, err: expect.stringContaining('is a superuser') });
    await server.close();
  },
);
