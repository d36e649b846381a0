// test/embedded.ts
import { S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedS3 } from 'nest-tenant-storage/testing';

const s3 = await startEmbeddedS3({ buckets: ['files'] }); // any free port of 127.0.0.1, a temporary folder

export const client = new S3Client({
  endpoint: s3.endpoint,
  region: s3.region,
  credentials: s3.credentials,
  forcePathStyle: true,
});

s3.clock.advance(16 * 60_000); // a presigned URL of 15 minutes is refused now
s3.faults.add({ operation: 'CopyObject', action: 'slowDown', times: 2 });
s3.faults.add({ operation: 'PutObject', action: { errorCode: 'ConditionalRequestConflict' } });
s3.faults.add({ operation: 'GetObject', action: { cutAfterBytes: 1024 } });
s3.requests.list(); // what was asked: operation, key, status; no signatures, no tokens
s3.contents('files'); // the keys of its objects, and of uploads still open

await s3.close(); // removes the temporary folder
