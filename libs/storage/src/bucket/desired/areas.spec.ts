import { explain, type PolicyDocument as EvaluatedPolicy } from '../../../../embedded-s3/src/policy/index.js';
import { archiver, decision, options, session, tenant } from '../../../test/bucket-kits/policy-decision.kit.js';
import { allAreas, areas, areasOf, folderIn, type AreaName } from '../../keys/areas.js';
import { areaPrefixes, belongsToOrg, prefixBelongsToOrg } from '../../keys/object-key.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { sessionPolicy } from '../../store/client/tenant-credentials.js';
import { lifecycleRules } from './bucket-settings.js';
import { appPolicy, archiverPolicy, tenantRolePolicy } from './iam-policies.js';
import type { PolicyDocument } from './policy-document.js';

/*
 * Everybody who must know the areas of the bucket is asked about each: whoever adds one gives a key of it here, and hears
 * from the rest what does not know it.
 */
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const samples: Record<AreaName, string> = {
  own: 'uploads/forms/f/field_2/a.pdf',
  'audit-archive': '2026/01.jsonl.gz',
  incoming: 'u',
  control: 'closed/all',
};

/** A first write; in the archive nobody may do another. */
const asFirst = { 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' };

function allows(policy: PolicyDocument, action: string, resource: string, more: Record<string, string> = {}): boolean {
  const context = { 'aws:PrincipalTag/OrgId': '1', ...more };
  const principal = { arn: tenant, accountId: '111122223333' };
  const { decision } = explain([policy as EvaluatedPolicy], { action, resource, principal, context });
  return decision === 'allow';
}

const arn = `arn:aws:s3:::${options.bucket}`;
const settings = storageSettings({
  bucket: options.bucket,
  region: 'eu-central-1',
  tenantRole: { roleArn: tenant, archiverRoleArn: archiver },
});

describe.each(Object.entries(samples) as [AreaName, string][])('the area %s', (name, path) => {
  const area = areas[name];
  const [key, foreign] = [one, eleven].map((org) => folderIn(area, org) + path) as [string, string];
  const worker = { app: tenant, archiver }[area.usedBy];

  test('has keys and a folder of each organisation', () => {
    expect(belongsToOrg(key, one)).toBe(true);
    expect(belongsToOrg(key, eleven)).toBe(false);
    expect(areaPrefixes(one)).toContain(folderIn(area, one));
    expect(prefixBelongsToOrg(folderIn(area, one), one)).toBe(true);
  });

  test('is in the bucket’s policy: its worker writes in one organisation, and nobody outside the layout', () => {
    const write = (to: string, as = session(worker, '1')) => decision(options, 'PutObject', to, { ...as, ...asFirst });
    expect(write(key)).toBe('allow');
    expect(write(foreign)).toMatch(/^Deny(Tenant|Archiver)/);
    expect(write(key, session(worker))).toMatch(worker === tenant ? /^DenyTenant/ : /^allow$/);
    const remove = decision(options, 'DeleteObject', key, session(worker, '1'));
    expect(remove).toBe(area.writtenOnce ? 'DenyAuditArchiveDeletion' : 'allow');
  });

  test.each<[string, PolicyDocument | Promise<object>, boolean]>([
    ['the application', appPolicy({ bucket: options.bucket }), false],
    ['a tenant role', tenantRolePolicy({ bucket: options.bucket }), true],
    ['the role of its worker', { app: tenantRolePolicy, archiver: archiverPolicy }[area.usedBy](options), true],
    ['a session of its worker', sessionPolicy(settings, one, area.usedBy), true],
  ])('is in the rights of %s', async (_whose, given, isConfined) => {
    const policy = (await given) as PolicyDocument;
    for (const [action, may] of [
      ['s3:GetObject', true],
      ['s3:PutObject', true],
      ['s3:DeleteObject', !area.writtenOnce && !('removedBy' in area)],
    ] as const) {
      expect([action, allows(policy, action, `${arn}/${key}`)]).toEqual([action, may]);
      expect([action, allows(policy, action, `${arn}/${foreign}`)]).toEqual([action, may && !isConfined]);
    }
    const lists = (prefix: string) => allows(policy, 's3:ListBucket', arn, { 's3:prefix': prefix });
    expect(lists(key)).toBe(true);
    expect(lists(foreign)).toBe(!isConfined);
  });

  test('is nobody else’s with a role of its own', async () => {
    const other = area.usedBy === 'app' ? 'archiver' : 'app';
    const policies = [(await sessionPolicy(settings, one, other)) as PolicyDocument];
    policies.push(other === 'app' ? tenantRolePolicy(options) : archiverPolicy(options));
    for (const policy of policies) expect(allows(policy, 's3:GetObject', `${arn}/${key}`)).toBe(false);
  });

  test('is kept, or removed, by lifecycle as it says', () => {
    const reaching = lifecycleRules().filter(({ Filter }) => key.startsWith(Filter?.Prefix ?? ''));
    const days = reaching.flatMap(({ Expiration }) => Expiration?.Days ?? []);
    expect(days).toEqual('daysKept' in area ? [area.daysKept] : []);
    const versions = reaching.filter(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration);
    expect(versions).toHaveLength(area.oldVersions === 'removed' ? 1 : 0);
  });
});

test('an organisation’s folders are all there is of it, and none of another’s', () => {
  expect(new Set(areaPrefixes(one)).size).toBe(allAreas.length);
  expect([...areasOf('app'), ...areasOf('archiver')]).toHaveLength(allAreas.length);
  for (const prefix of areaPrefixes(one))
    expect(areaPrefixes(eleven).some((other) => other.startsWith(prefix))).toBe(false);
});
