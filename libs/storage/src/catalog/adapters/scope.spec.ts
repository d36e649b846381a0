import { migrationSql } from '../schema/migrate.js';
import { scopeOf } from './scope.js';

const refused = expect.objectContaining({
  code: 'misconfigured',
  message: expect.stringMatching(/two names with a dot/),
});

test.each(['org_id', 'app.', 'App.org_id', 'app.org.id', "app.org_id'; drop table x; --", `app.${'x'.repeat(60)}`])(
  'a setting that Postgres would not keep apart is refused by whoever connects and whoever migrates: %s',
  (setting) => {
    expect(() => scopeOf({ setting })).toThrow(refused);
    expect(() => migrationSql({ role: 'app', setting })).toThrow(refused);
  },
);

test('a setting of two names is taken by both', () => {
  expect(scopeOf({ setting: 'clinic.org_id' })).toMatchObject({ setting: 'clinic.org_id' });
  expect(migrationSql({ role: 'app', setting: 'clinic.org_id' })).toContain(`'clinic.org_id'`);
});
