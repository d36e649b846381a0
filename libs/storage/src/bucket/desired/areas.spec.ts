import { Readable } from 'node:stream';
import { explain, type PolicyDocument as EvaluatedPolicy } from '../../../../embedded-s3/src/policy/index.js';
import { archiver, decision, options, session, tenant } from '../../../test/bucket-kits/policy-decision.kit.js';
import { migrations } from '../../catalog/schema/migrations.js';
import { namesIn } from '../../catalog/schema/names.js';
import { allAreas, areas, areasOf, folderIn, type AreaName } from '../../keys/areas.js';
import { areaPrefixes, belongsToOrg, prefixBelongsToOrg, type KeyPrefix } from '../../keys/object-key.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { ExportPaths, isExportPath } from '../../org/export/export-paths.js';
import { exportedFiles } from '../../org/export/exported-files.js';
import { lineOf, summaryOf } from '../../org/export/manifest.js';
import { folderOf, foldersOf } from '../../org/folders.js';
import { checkedEntries } from '../../org/import/checked-manifest.js';
import { movedFolders } from '../../org/move/move.js';
import type { OfficerStore } from '../../org/officer.js';
import { sessionPolicy } from '../../store/client/tenant-credentials.js';
import { lifecycleRules } from './bucket-settings.js';
import { appPolicy, archiverPolicy, tenantRolePolicy } from './iam-policies.js';
import { importPolicy, movePolicy } from './moving-policies.js';
import type { PolicyDocument } from './policy-document.js';

/*
 * Everybody who must know the areas of the bucket is asked about each: whoever adds one gives a key of it here, says whether
 * files lie there that stay, and hears from the rest what does not know it.
 */
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const samples: Record<AreaName, { path: string; hasFiles: boolean }> = {
  own: { path: 'uploads/forms/f/field_2/a.pdf', hasFiles: true },
  'audit-archive': { path: '2026/01.jsonl.gz', hasFiles: true },
  incoming: { path: 'u', hasFiles: false },
  control: { path: 'closed/all', hasFiles: false },
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

/** What an export has of a bucket in which one key lies. */
async function exportedOf(key: string) {
  const versions = async (_org: unknown, prefix: string) => ({
    items: key.startsWith(prefix) ? [{ key, isLatest: true, isMarker: false }] : [],
  });
  const officer = { versions: { versions } } as unknown as OfficerStore;
  const from = { org: one, after: undefined, paths: new ExportPaths(), signal: undefined };
  const found = [];
  for await (const { path, key } of exportedFiles(officer, from)) found.push({ path, key });
  return found;
}

/** Whether an import takes the line of a file. */
async function isImported(file: { path: string; key: string }): Promise<boolean> {
  const bytes = Buffer.from(lineOf({ ...file, size: 0, sha256: '0'.repeat(64), etag: '"e"' }));
  const open = async () => ({ size: bytes.length, bytes: Readable.from([bytes]) });
  const source = { names: () => [], open, close: async () => {} };
  const begun = { organisation: one, bucket: options.bucket, startedAt: '' };
  const summary = summaryOf(begun, { files: 1, bytes: 0, manifestSha256: '' });
  return checkedEntries(source, summary, one)
    .next()
    .then(
      () => true,
      () => false,
    );
}

/** How keys of files begin, as the catalog's latest constraint on them says it. */
function catalogedUnder(org: string): string[] {
  const all = migrations.map(({ sql }) => sql(namesIn())).join('\n');
  const constraint = /constraint key_lies_under_the_organisation check \(\s*\((.+)\)\n/g;
  const [, latest] = [...all.matchAll(constraint)].at(-1)!;
  const root = /starts_with\(key, (?:'([^']+)' \|\| )?org_id::text \|\| '\/'\)/g;
  return [...latest!.matchAll(root)].map(([, before = '']) => `${before}${org}/`);
}

describe.each(Object.entries(samples) as [AreaName, (typeof samples)[AreaName]][])('the area %s', (name, sample) => {
  const { path, hasFiles } = sample;
  const area = areas[name];
  const [key, foreign] = [one, eleven].map((org) => folderIn(area, org) + path) as [string, string];
  const worker = { app: tenant, archiver }[area.usedBy];

  test('has keys and a folder of each organisation', () => {
    expect(belongsToOrg(key, one)).toBe(true);
    expect(belongsToOrg(key, eleven)).toBe(false);
    expect(areaPrefixes(one)).toContain(folderIn(area, one));
    expect(prefixBelongsToOrg(folderIn(area, one), one)).toBe(true);
  });

  test('is walked through, in one organisation', () => {
    expect(foldersOf(one)).toContainEqual({ area: name, prefix: folderIn(area, one) });
    expect(foldersOf(eleven)).toContainEqual({ area: name, prefix: folderIn(area, eleven) });
    expect(foldersOf(one).filter(({ prefix }) => key.startsWith(prefix))).toHaveLength(1);
    expect(foldersOf(one).filter(({ prefix }) => foreign.startsWith(prefix))).toEqual([]);
    expect(folderOf(one, key)).toEqual({ area: name, prefix: key });
    expect(() => folderOf(one, foreign)).toThrow(expect.objectContaining({ code: 'invalid_key' }));
  });

  test('is exported, imported, moved and in the catalog if files lie there that stay', async () => {
    const path = name === 'own' ? `files/${sample.path}` : key;
    expect(await exportedOf(key)).toEqual(hasFiles ? [{ path, key }] : []);
    expect(await exportedOf(foreign)).toEqual([]);
    expect(await isImported({ path: 'files/x', key })).toBe(hasFiles);
    expect(isExportPath(path)).toBe(hasFiles);
    expect(movedFolders(one).includes(folderIn(area, one) as KeyPrefix)).toBe(hasFiles);
    expect(catalogedUnder('1').includes(folderIn(area, one))).toBe(hasFiles);
  });

  test('is in the rights of whoever imports, moves and holds files, on the same condition', async () => {
    const held = { 's3:object-lock-legal-hold': 'ON' };
    const to = { bucket: 'another' };
    const move = movePolicy({ bucket: options.bucket }, to);
    const there = `arn:aws:s3:::${to.bucket}/${key}`;
    expect(allows(importPolicy({ bucket: options.bucket }), 's3:PutObject', `${arn}/${key}`)).toBe(hasFiles);
    // Holds are moved with the files.
    const isMoved = hasFiles || name === 'control';
    expect(allows(move, 's3:GetObject', `${arn}/${key}`)).toBe(isMoved);
    expect(allows(move, 's3:PutObject', there)).toBe(isMoved);
    expect(allows(move, 's3:PutObjectLegalHold', there, held)).toBe(hasFiles);
    const session = (await sessionPolicy(settings, one, area.usedBy)) as PolicyDocument;
    for (const policy of [session, appPolicy({ bucket: options.bucket })])
      expect(allows(policy, 's3:PutObjectLegalHold', `${arn}/${key}`, held)).toBe(hasFiles);
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
