import { newGrant } from '../store/signing/grant.js';
import { GrantTable } from './grant-table.js';

test('every one of many is found again, with its count, and no other one', () => {
  const table = new GrantTable();
  const grants = Array.from({ length: 20_000 }, newGrant);
  for (const grant of [...grants, ...grants]) table.add(grant);
  expect(table.size).toBe(20_000);
  for (const [i, grant] of grants.entries()) for (let n = 0; n < i % 3; n++) table.count(grant);
  expect(Array.from({ length: 1000 }, newGrant).filter((grant) => table.count(grant))).toEqual([]);
  expect(new Map(table.entries())).toEqual(new Map(grants.map((grant, i) => [grant, i % 3])));
});

test('the grant that is all zeros is one like the others', () => {
  const table = new GrantTable();
  expect(table.count('AAAAAAAAAAAAAAAAAAAAAA')).toBe(false);
  table.add('AAAAAAAAAAAAAAAAAAAAAA');
  expect([...table.entries()]).toEqual([['AAAAAAAAAAAAAAAAAAAAAA', 0]]);
});
