import { randomBytes } from 'node:crypto';
import { multipartChecksum } from '../../checksums/index.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import { readAttributes } from '../../object/object-attributes.js';
import { encryptionHeaders } from '../../object/object-headers.js';
import type { Context, Operation } from '../../request/context.js';
import { nameEncoder, page, pageSize, type Line } from '../../request/listing.js';
import { owner } from '../../request/owner.js';
import { compareKeys } from '../../store/key-order.js';
import type { UploadRecord } from '../../store/records.js';
import { targetUpload } from './target-upload.js';

function createMultipartUpload(ctx: Context): Answer {
  const { store, clock, features } = ctx.s3;
  const { headers } = ctx.request;
  const checksum = features.checksums
    ? multipartChecksum(headers['x-amz-checksum-algorithm'], headers['x-amz-checksum-type'])
    : undefined;
  const upload: UploadRecord = {
    id: randomBytes(24).toString('base64url'),
    bucket: ctx.bucket,
    key: ctx.key,
    initiated: clock.now().getTime(),
    attributes: readAttributes(ctx),
    checksumAlgorithm: checksum?.algorithm,
    checksumType: checksum?.type,
    parts: {},
  };
  store.commit({ type: 'upload', upload });
  const result = { Bucket: upload.bucket, Key: upload.key, UploadId: upload.id };
  return xmlAnswer('InitiateMultipartUploadResult', result, {
    ...encryptionHeaders(upload.attributes, features),
    'x-amz-checksum-algorithm': upload.checksumAlgorithm,
    'x-amz-checksum-type': upload.checksumType,
  });
}

function abortMultipartUpload(ctx: Context): Answer {
  ctx.s3.store.commit({ type: 'removeUpload', uploadId: targetUpload(ctx).id });
  return noContent();
}

function listMultipartUploads(ctx: Context): Answer {
  const { query } = ctx.request;
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const encode = nameEncoder(query);
  const max = pageSize(query, 'max-uploads');
  const uploads = ctx.s3.store.uploads(ctx.bucket).filter(({ key }) => key.startsWith(prefix));
  const { taken, truncated } = page(after(lines(uploads, prefix, delimiter), keyMarker, idMarker), max);
  const last = truncated ? taken.at(-1) : undefined;
  const Owner = owner(ctx.s3);
  return xmlAnswer('ListMultipartUploadsResult', {
    Bucket: ctx.bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(last.name),
    NextUploadIdMarker: last?.entry?.id,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type'),
    MaxUploads: max,
    IsTruncated: truncated,
    Upload: taken.flatMap(({ entry }) => (entry ? [uploadNode(entry, encode, Owner)] : [])),
    CommonPrefixes: taken.flatMap(({ entry, name }) => (entry ? [] : [{ Prefix: encode(name) }])),
  });
}

const uploadNode = (upload: UploadRecord, encode: (name: string) => string, Owner: ReturnType<typeof owner>) => ({
  Key: encode(upload.key),
  UploadId: upload.id,
  Initiator: Owner,
  Owner,
  StorageClass: upload.attributes.storageClass,
  Initiated: new Date(upload.initiated).toISOString(),
  ChecksumAlgorithm: upload.checksumAlgorithm,
  ChecksumType: upload.checksumType,
});

/** Uploads by key, then by time; a common prefix stands for all that share it. */
function lines(uploads: readonly UploadRecord[], prefix: string, delimiter: string): Line<UploadRecord>[] {
  const sorted = uploads.toSorted(
    (a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated || (a.id < b.id ? -1 : 1),
  );
  const byName = new Map<string, Line<UploadRecord>>();
  for (const upload of sorted) {
    const end = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? upload.key : upload.key.slice(0, end + delimiter.length);
    byName.set(end < 0 ? `upload ${upload.id}` : `prefix ${name}`, end < 0 ? { name, entry: upload } : { name });
  }
  return [...byName.values()];
}

function after(all: readonly Line<UploadRecord>[], keyMarker: string, idMarker: string): readonly Line<UploadRecord>[] {
  const last = all.findIndex(({ name, entry }) => name === keyMarker && entry?.id === idMarker);
  if (last >= 0) return all.slice(last + 1);
  return all.filter(({ name }) => keyMarker === '' || compareKeys(name, keyMarker) > 0);
}

export const multipartOperations: readonly Operation[] = [
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    level: 'object',
    query: 'uploads',
    action: 's3:PutObject',
    run: createMultipartUpload,
  },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    level: 'object',
    query: 'uploadId',
    action: 's3:AbortMultipartUpload',
    run: abortMultipartUpload,
  },
  {
    name: 'ListMultipartUploads',
    method: 'GET',
    level: 'bucket',
    query: 'uploads',
    params: ['prefix', 'delimiter', 'key-marker', 'upload-id-marker', 'max-uploads', 'encoding-type'],
    action: 's3:ListBucketMultipartUploads',
    run: listMultipartUploads,
  },
];
