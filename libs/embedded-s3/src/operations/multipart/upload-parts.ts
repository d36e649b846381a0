import { ContentDigest, elementOf } from '../../checksums/index.js';
import { refuseEncryptionHeaders } from '../../encryption/requested-encryption.js';
import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { requireChecksum } from '../../lock/object-lock.js';
import { parseRange } from '../../object/byte-range.js';
import { checksumHeaders } from '../../object/checksum-answers.js';
import { copySource } from '../../object/copy-source.js';
import { encryptionHeaders, quoted } from '../../object/object-headers.js';
import { receive, type Received } from '../../object/write-object.js';
import type { Context, Operation } from '../../request/context.js';
import { page, pageSize } from '../../request/listing.js';
import { owner } from '../../request/owner.js';
import type { PartRecord } from '../../store/records.js';
import { targetUpload } from './target-upload.js';

const MAX_PARTS = 10_000;

async function uploadPart(ctx: Context): Promise<Answer> {
  refuseEncryptionHeaders(ctx);
  const number = partNumber(ctx);
  const { attributes, checksumAlgorithm } = targetUpload(ctx);
  requireChecksum(ctx, attributes, 'Put Part');
  const part = await receive(ctx, (received) => keepPart(ctx, number, received), checksumAlgorithm);
  const { features } = ctx.s3;
  return {
    status: 200,
    headers: {
      etag: quoted(part.etag),
      ...encryptionHeaders(attributes, features),
      ...checksumHeaders(part, features),
      'x-amz-checksum-type': undefined,
    },
  };
}

/** The upload may have been completed or aborted while the part came in. */
function keepPart(ctx: Context, number: number, { segment, etag, checksum }: Received): PartRecord {
  const { id, checksumAlgorithm } = targetUpload(ctx);
  if (checksumAlgorithm && checksum?.algorithm !== checksumAlgorithm) {
    throw new S3Error(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${checksumAlgorithm}`,
    );
  }
  const lastModified = ctx.s3.clock.now().getTime();
  const part: PartRecord = { number, etag, size: segment.size, lastModified, segment, checksum };
  ctx.s3.store.commit({ type: 'part', uploadId: id, part });
  return part;
}

async function uploadPartCopy(ctx: Context): Promise<Answer> {
  refuseEncryptionHeaders(ctx);
  const number = partNumber(ctx);
  const { attributes, checksumAlgorithm } = targetUpload(ctx);
  const { version } = copySource(ctx);
  const { data } = ctx.s3.store;
  const header = ctx.request.headers['x-amz-copy-source-range'];
  const range = parseRange(header, version.size);
  if (header !== undefined && (!range || !header.endsWith(`-${range.to}`))) {
    throw new S3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last within the source.',
    );
  }
  const { from, to } = range ?? { from: 0, to: version.size - 1 };
  const digest = new ContentDigest({}, checksumAlgorithm);
  const segment = await data.write(digest.watch(to < from ? empty() : data.read(version.segments, from, to)));
  try {
    const part = keepPart(ctx, number, { segment, ...digest.finish() });
    return xmlAnswer(
      'CopyPartResult',
      { ETag: quoted(part.etag), LastModified: new Date(part.lastModified).toISOString(), ...checksumElement(part) },
      encryptionHeaders(attributes, ctx.s3.features),
    );
  } finally {
    data.release([segment]);
  }
}

// oxlint-disable-next-line require-yield
async function* empty(): AsyncGenerator<Buffer> {}

function partNumber({ request }: Context): number {
  const text = request.query.get('partNumber') ?? '';
  const number = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : NaN;
  if (number <= MAX_PARTS) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}

function listParts(ctx: Context): Answer {
  const upload = targetUpload(ctx);
  const { query } = ctx.request;
  const marker = query.get('part-number-marker') ?? '0';
  if (!/^\d{1,5}$/.test(marker)) throw new S3Error('InvalidArgument', 'Provided part-number-marker is not an integer');
  const parts = Object.values(upload.parts).filter((part) => part.number > Number(marker));
  const { taken, truncated } = page(parts, pageSize(query, 'max-parts'));
  return xmlAnswer('ListPartsResult', {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    Initiator: owner(ctx.s3),
    Owner: owner(ctx.s3),
    StorageClass: upload.attributes.storageClass,
    PartNumberMarker: marker,
    NextPartNumberMarker: taken.at(-1)?.number,
    MaxParts: pageSize(query, 'max-parts'),
    IsTruncated: truncated,
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
    Part: taken.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.lastModified).toISOString(),
      ETag: quoted(part.etag),
      Size: part.size,
      ...checksumElement(part),
    })),
  });
}

const checksumElement = ({ checksum }: PartRecord): Record<string, string> =>
  checksum ? { [elementOf(checksum.algorithm)]: checksum.value } : {};

const writing = {
  method: 'PUT',
  level: 'object',
  query: 'uploadId',
  params: ['partNumber'],
  action: 's3:PutObject',
} as const;

export const partOperations: readonly Operation[] = [
  { ...writing, name: 'UploadPart', run: uploadPart },
  { ...writing, name: 'UploadPartCopy', header: 'x-amz-copy-source', run: uploadPartCopy },
  {
    name: 'ListParts',
    method: 'GET',
    level: 'object',
    query: 'uploadId',
    params: ['max-parts', 'part-number-marker'],
    action: 's3:ListMultipartUploadParts',
    run: listParts,
  },
];
