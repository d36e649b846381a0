import { jest } from '@jest/globals';
import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { layout } from '../keys/layout.js';
import { parseOrgId } from '../keys/org-id.js';
import { storageSettings } from '../storage.settings.js';
import { ObjectStore } from './object-store.js';
import { OrgClients } from './org-clients.js';
import { Presigner } from './presigner.js';
import { createServingClient } from './s3-client.js';

test('twenty organisations ask for the application’s own credentials once', async () => {
  const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const bucket = 'clinic-files';
  const s3 = await startEmbeddedS3({ buckets: [bucket], roles: [{ name: 'tenant', policy: allow }] });
  const { region, endpoint } = s3;
  const credentials = jest.fn(() =>
    Promise.resolve({ ...s3.credentials, expiration: new Date(Date.now() + 3_600_000) }),
  );
  const tenantRole = { roleArn: 'arn:aws:iam::000000000000:role/tenant', stsEndpoint: endpoint };
  const settings = storageSettings({ bucket, region, endpoint, credentials, tenantRole });
  const main = createServingClient(settings);
  const clients = new OrgClients(settings, main);
  const store = new ObjectStore(settings, clients, new Presigner(settings));
  const orgs = Array.from({ length: 20 }, (_, i) => parseOrgId(String(i + 1)));
  await Promise.all(
    orgs.map((org) => store.list(org, layout.formField(org, { formId: '1', customFieldId: '1' }), { limit: 1 })),
  );
  expect(credentials).toHaveBeenCalledTimes(1);
  clients.destroy();
  main.destroy();
  await s3.close();
});

test('what serves requests changes no bucket', async () => {
  const keys = { accessKeyId: 'a', secretAccessKey: 'b' };
  const settings = storageSettings({
    bucket: 'abc',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: keys,
  });
  const client = createServingClient(settings);
  await expect(client.send(new PutBucketPolicyCommand({ Bucket: 'abc', Policy: '{}' }))).rejects.toMatchObject({
    code: 'invalid_key',
  });
  client.destroy();
});
