import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { bucket, startBucket } from '../../test/bucket-kits/bucket.kit.js';
import { tenantRolePolicy } from '../bucket/desired/iam-policies.js';
import { layout } from '../keys/layout.js';
import { parseOrgId } from '../keys/org-id.js';
import { abortIncomplete } from './incomplete-uploads.js';
import { ObjectStore } from './object-store.js';
import { OrgClients } from './client/org-clients.js';
import { Presigner } from './signing/presigner.js';
import { createS3Client } from './client/s3-client.js';
import { TokenService, tenantCredentials } from './client/tenant-credentials.js';

const roleArn = 'arn:aws:iam::000000000000:role/tenant';
const [one, eleven] = [parseOrgId('1'), parseOrgId('11')];

test('what an upload has left is found by the application and aborted by its organisation; where it may not look, it stays', async () => {
  const roles = [{ name: 'tenant', policy: tenantRolePolicy({ bucket, tenantRoleArn: roleArn }) }];
  const { s3, settings, client, raw, close } = await startBucket({ roles }, { tenantRole: { roleArn } });
  settings.tenantRole!.stsEndpoint = s3.endpoint;
  const clients = new OrgClients(settings, client);
  const session = createS3Client(
    settings,
    tenantCredentials(settings, one, 'app', new TokenService(settings, client.config.credentials)),
  );
  try {
    const begin = async (Key: string) =>
      (await raw.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))).UploadId;
    const open = async () => {
      const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.map(({ UploadId }) => UploadId);
    };
    const Key = layout.incoming(one, { uploadId: 'left' });
    const own = await begin(Key);
    const others = [await begin(layout.incoming(eleven, { uploadId: 'left' })), await begin(`${Key}-more`)];
    await abortIncomplete(session, one, { Bucket: bucket, Key });
    expect(new Set(await open())).toEqual(new Set([own, ...others]));
    await new ObjectStore(settings, clients, new Presigner(settings)).abortIncomplete(one, Key);
    expect(new Set(await open())).toEqual(new Set(others));
  } finally {
    session.destroy();
    clients.destroy();
    await close();
  }
});
