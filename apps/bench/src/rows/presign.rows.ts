import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NestFactory } from '@nestjs/core';
import { layout, ObjectStore, parseOrgId, readUrlSeconds, StorageModule, writeUrlSeconds } from 'nest-tenant-storage';
import type { Bench } from '../bench.js';
import { inTurns } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';
import { plainClient, storageOptions } from '../store.js';

const org = parseOrgId('1');
const field = { formId: '7', customFieldId: '3' };
const names = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? `Röntgen ${i} (Kopie).jpg` : `scan-${i}.pdf`));
const plain = /^[\x20-\x7e]*$/;
const readHeaders = (name: string) => ({
  contentType: 'application/pdf',
  contentDisposition: plain.test(name)
    ? `inline; filename="${name}"`
    : `inline; filename="scan.pdf"; filename*=UTF-8''${encodeURIComponent(name)}`,
  cacheControl: 'private',
});

/** Signing alone: no request is sent. The same 1,000 keys and options on both sides, one after the other, on one core. */
export async function presignRows({ quick, store }: Bench): Promise<Row[]> {
  const app = await NestFactory.createApplicationContext(StorageModule.forRoot(storageOptions(store)), {
    logger: false,
  });
  const client = new S3Client(plainClient(store));
  const objects = app.get(ObjectStore);
  const files = names.map((fileName) => ({
    fileName,
    key: layout.formUpload(org, { ...field, fileName }),
    headers: readHeaders(fileName),
  }));
  const tickets = names.map((_, i) => layout.incoming(org, { uploadId: `upload-${i}` }));
  const repetitions = quick ? 5 : 15;

  const reads = await inTurns(repetitions, {
    sdk: () =>
      each(files, ({ key, headers }) =>
        getSignedUrl(
          client,
          new GetObjectCommand({
            Bucket: store.bucket,
            Key: key,
            ResponseContentType: headers.contentType,
            ResponseContentDisposition: headers.contentDisposition,
            ResponseCacheControl: headers.cacheControl,
          }),
          { expiresIn: readUrlSeconds },
        ),
      ),
    store: () => each(files, ({ key, headers }) => objects.presignRead(org, key, headers, readUrlSeconds)),
    service: () =>
      each(files, ({ fileName }) =>
        objects.presignRead(org, layout.formUpload(org, { ...field, fileName }), readHeaders(fileName), readUrlSeconds),
      ),
  });

  const writes = await inTurns(repetitions, {
    sdk: () =>
      each(tickets, (Key) =>
        createPresignedPost(client, {
          Bucket: store.bucket,
          Key,
          Fields: postFields,
          Conditions: [['content-length-range', 200_000, 200_000]],
          Expires: writeUrlSeconds,
        }),
      ),
    store: () =>
      each(tickets, (key) =>
        objects.presignPost(
          org,
          key,
          { fields: postFields, conditions: [['content-length-range', 200_000, 200_000]] },
          { expiresIn: writeUrlSeconds },
        ),
      ),
  });
  client.destroy();
  await app.close();

  const getSigned = { name: 'getSignedUrl, us', values: reads.sdk };
  const createPost = { name: 'createPresignedPost, us', values: writes.sdk };
  return [
    ratioRow(
      { id: 'presign-read', what: 'Read URLs: ObjectStore.presignRead against getSignedUrl', target: { atLeast: 25 } },
      getSigned,
      { name: 'presignRead, us', values: reads.store },
    ),
    ratioRow(
      {
        id: 'presign-download',
        what: 'Read URLs: presignDownload (unchecked), from place to URL, against getSignedUrl',
        target: { atLeast: 25 },
      },
      getSigned,
      { name: 'presignDownload, us', values: reads.service },
    ),
    ratioRow(
      {
        id: 'presign-post',
        what: 'Write tickets: ObjectStore.presignPost against createPresignedPost',
        target: { atLeast: 3 },
      },
      createPost,
      { name: 'presignPost, us', values: writes.store },
    ),
  ];
}

const postFields = {
  'Content-Type': 'application/pdf',
  acl: 'private',
  'x-amz-server-side-encryption': 'AES256',
  success_action_status: '201',
};

/** Microseconds for one of them. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (const item of items) await run(item);
  return ((performance.now() - start) * 1000) / items.length;
}
