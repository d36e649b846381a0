import { getEventListeners, getMaxListeners } from 'node:events';
import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { SMITHY_CONTEXT_KEY } from '@smithy/types';
import { bucket as Bucket, rules } from '../../../test/bucket-kits/bucket.kit.js';
import { allowed, cors, startCheckedBucket, yes } from '../../../test/bucket-kits/check-bucket.kit.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { storageSettings, type StorageSettings } from '../../options/storage.settings.js';
import { corsRules } from '../desired/bucket-settings.js';
import { checkBucket } from './check-bucket.js';
import { diagnose } from '../doctor.js';
import type { PolicyStatement } from '../desired/policy-document.js';
import { provision } from './provision.js';

const { s3, settings, client, raw, ids, statements, reset, close } = await startCheckedBucket();

beforeEach(reset);
afterAll(close);

test('a provisioned bucket has nothing to say', async () => {
  expect(await checkBucket(settings, client, rules)).toEqual({ ok: true, findings: [] });
});

test('all calls listen to one signal, without a warning of Node’s, and none does after its end', async () => {
  const signals = new Set<AbortSignal>();
  client.middlewareStack.add(
    (next, { [SMITHY_CONTEXT_KEY]: call }) => {
      signals.add((call as { abortSignal: AbortSignal }).abortSignal);
      return next;
    },
    { step: 'initialize', name: 'seen' },
  );
  await checkBucket(settings, client, rules);
  client.middlewareStack.remove('seen');
  const [signal, ...others] = signals;
  expect(others).toEqual([]);
  expect(getMaxListeners(signal!)).toBe(Infinity);
  expect(getEventListeners(signal!, 'abort')).toEqual([]);
});

test('other people’s statements and rules are none of our business', async () => {
  const theirs = allowed({ AWS: 'arn:aws:iam::111122223333:root' });
  const deny: PolicyStatement = { ...theirs, Sid: 'TheirDeny', Effect: 'Deny', Principal: '*' };
  await raw.send(statements((all) => [...all, theirs, deny]));
  await raw.send(
    cors(...corsRules(rules), { ID: 'b', AllowedOrigins: ['https://b.example.com'], AllowedMethods: ['GET'] }),
  );
  expect(await ids()).toEqual([]);
});

test.each([
  ['bucketPolicy', ['policy:unsupported']],
  ['blockPublicAccess', ['public-access:unsupported']],
] as const)('a store without %s is not taken for a safe one', async (feature, findings) => {
  s3.features[feature] = false;
  try {
    expect(await ids()).toEqual(findings);
  } finally {
    s3.features[feature] = true;
  }
});

test('missing rights are named, action by action', async () => {
  const Action = ['s3:ListBucket', 's3:GetBucketPolicy', 's3:GetBucketVersioning'];
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
  const keys = { accessKeyId: 'AKIAAPP', secretAccessKey: 'secret-of-the-app' };
  const other = await startEmbeddedS3({ buckets: [Bucket], users: [{ name: 'app', ...keys, policy }] });
  const { region, endpoint } = other;
  const root = storageSettings({ bucket: Bucket, region, endpoint, credentials: other.credentials });
  const app = storageSettings({ bucket: Bucket, region, endpoint, credentials: keys });
  const [rootClient, appClient] = [createS3Client(root), createS3Client(app)];
  try {
    await provision(root, rootClient, rules, yes);
    const { ok, findings } = await checkBucket(app, appClient, rules);
    expect(ok).toBe(false);
    expect(findings.map(({ id }) => id)).toEqual(
      ['public-access', 'ownership', 'encryption', 'lifecycle', 'cors'].map((id) => `${id}:forbidden`),
    );
    expect(findings.map(({ message }) => message).join()).toMatch(
      /s3:GetBucketPublicAccessBlock.*s3:GetBucketOwnershipControls.*s3:GetEncryptionConfiguration.*s3:GetLifecycleConfiguration.*s3:GetBucketCORS/,
    );
  } finally {
    rootClient.destroy();
    appClient.destroy();
    await other.close();
  }
});

test.each<[string, () => Partial<StorageSettings>, string]>([
  ['no such bucket', () => ({ bucket: 'another-bucket' }), 'bucket:no-bucket'],
  ['nobody there', () => ({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 }), 'bucket:failed'],
])('%s is one finding, and no probe is sent', async (_name, more, id) => {
  const elsewhere = storageSettings({ ...settings, ...more() });
  const there = createS3Client(elsewhere);
  const { ok, findings, guards } = await diagnose(elsewhere, there, rules);
  expect({ ok, ids: findings.map((finding) => finding.id), guards }).toEqual({ ok: false, ids: [id], guards: [] });
  there.destroy();
});

test('a store that does not answer ends the check', async () => {
  const remove = s3.faults.add({ operation: 'HeadBucket', action: { delayMs: 3_600_000 } });
  const { ok } = await checkBucket(settings, client, rules, { timeoutMs: 100 });
  expect(ok).toBe(false);
  remove();
});
