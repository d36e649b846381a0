import { jest } from '@jest/globals';
import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, TestServer } from '../kit.js';

const DAY = 86_400_000;
let server: TestServer;
let client: S3.S3Client;
beforeEach(async () => {
  // Noon, for client and server: what is written first and what is written last are due on the same day.
  jest.spyOn(Date, 'now').mockReturnValue(Math.floor(Date.now() / DAY) * DAY + DAY / 2);
  server = await TestServer.start();
  client = server.client;
});
afterEach(() => {
  jest.restoreAllMocks();
  return server.close();
});

const Bucket = BUCKET;
const Rules: S3.LifecycleRule[] = [
  { ID: 'tmp', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } },
  {
    ID: 'abort',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  },
  { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'v/' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
];
describe('lifecycle', () => {
  /** When something that is written now and lives for a day comes due: at the midnight after the next. */
  const due = (): number => Math.ceil(Date.now() / DAY) * DAY + DAY;
  const applyAt = async (time: number) => {
    server.s3.clock.set(new Date(time));
    await server.s3.applyLifecycle();
    server.s3.clock.reset();
  };
  beforeEach(() =>
    client.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
  );

  test('expires what is due, and nothing before', async () => {
    for (const key of ['tmp/1/a', '1/tmp/a']) await server.put(key, 'x');
    const { UploadId } = await client.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'up' }));
    await client.send(new S3.UploadPartCommand({ Bucket, Key: 'up', UploadId, PartNumber: 1, Body: 'x' }));
    const uploads = async () =>
      (await client.send(new S3.ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;
    await applyAt(due() - 1);
    expect([await server.keys(), await uploads()]).toEqual([['1/tmp/a', 'tmp/1/a'], 1]);
    await applyAt(due());
    expect([await server.keys(), await uploads()]).toEqual([['1/tmp/a'], 0]);
  });

  test('leaves a marker in a versioned bucket, and removes old versions', async () => {
    await client.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    for (const body of ['one', 'two']) for (const key of ['tmp/a', 'v/a']) await server.put(key, body);
    await applyAt(due());
    expect(await server.keys()).toEqual(['v/a']);
    const { Versions = [], DeleteMarkers = [] } = await client.send(new S3.ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ Key }) => Key)).toEqual(['tmp/a', 'tmp/a', 'v/a']);
    expect(DeleteMarkers.map(({ Key }) => Key)).toEqual(['tmp/a']);
    expect((await server.read('v/a')).toString()).toBe('two');
  });
});
