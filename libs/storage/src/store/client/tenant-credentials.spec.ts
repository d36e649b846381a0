import { jest } from '@jest/globals';
import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  ListBucketsCommand,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { layout } from '../../keys/layout.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { StorageModule } from '../../storage.module.js';
import { ObjectStore } from '../object-store.js';
import { OrgClients } from './org-clients.js';
import { onBehalfOf } from './org-guard.js';
import { Presigner } from '../signing/presigner.js';
import { createServingClient, S3_CLIENT } from './s3-client.js';

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

const Bucket = 'abc';
const administration = [
  new PutBucketPolicyCommand({ Bucket, Policy: '{}' }),
  new DeleteBucketPolicyCommand({ Bucket }),
  new PutBucketAclCommand({ Bucket, ACL: 'public-read' }),
  new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }),
  new DeletePublicAccessBlockCommand({ Bucket }),
  new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
  new DeleteBucketLifecycleCommand({ Bucket }),
  new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: {} }),
  new CreateBucketCommand({ Bucket }),
  new DeleteBucketCommand({ Bucket }),
  new ListBucketsCommand({}),
];

describe('the client that the module gives to an application changes no bucket', () => {
  const settings = { bucket: Bucket, region: 'us-east-1', endpoint: 'http://127.0.0.1:1' };
  const options = { ...settings, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const started = Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
  afterAll(async () => (await started).close());

  test.each(administration.map((command) => [command.constructor.name, command] as const))(
    '%s never leaves, for an organisation or for none',
    async (_name, command) => {
      const client = (await started).get<{ send(command: object): Promise<unknown> }>(S3_CLIENT);
      for (const given of [command, onBehalfOf(parseOrgId('1'), command), onBehalfOf(parseOrgId('11'), command)]) {
        await expect(client.send(given)).rejects.toMatchObject({ code: 'invalid_key' });
      }
    },
  );
});
