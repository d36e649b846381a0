import { createHash } from 'node:crypto';
import { combineChecksums, elementOf, headerOf } from '../../checksums/index.js';
import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { expirationHeader } from '../../lifecycle/lifecycle.js';
import { checksumElements } from '../../object/checksum-answers.js';
import { encryptionHeaders, quoted } from '../../object/object-headers.js';
import { commitObject } from '../../object/write-object.js';
import type { Context, Operation } from '../../request/context.js';
import { readXmlDocument } from '../../request/document.js';
import { versionHeader } from '../../request/version-id.js';
import type { Checksum, ObjectVersion, PartRecord, UploadRecord } from '../../store/records.js';
import type { XmlElement } from '../../xml/xml-reader.js';
import { targetUpload } from './target-upload.js';

const MIN_PART = 5 * 1024 ** 2;

const MAX_PARTS = 10_000;
/** Each part with a number, an ETag and a checksum. */
const LIMITS = { bytes: 4 * 1024 * 1024, pieces: 5 * MAX_PARTS };

async function completeMultipartUpload(ctx: Context): Promise<Answer> {
  if (!completedBefore(ctx)) targetUpload(ctx);
  const request = await readList(ctx);
  // asked again: it may have been completed or aborted while the list came in
  const before = completedBefore(ctx);
  return answer(ctx, before ?? complete(ctx, request));
}

/**
 * The object that this upload has become. A client whose answer was lost asks again, and is answered the same, as AWS
 * was seen to do (adobe/S3Mock#2586, minio/minio#13318); once the object is gone, the upload is unknown.
 */
function completedBefore({ s3, bucket, key, request }: Context): ObjectVersion | undefined {
  const id = request.query.get('uploadId');
  return s3.store
    .objects(bucket)
    .versions(key)
    .find((version): version is ObjectVersion => !version.deleteMarker && version.uploadId === id);
}

function complete(ctx: Context, request: readonly XmlElement[]): ObjectVersion {
  const upload = targetUpload(ctx);
  checkOrder(upload, request);
  const parts = request.map((element) => listedPart(upload, element));
  checkSizes(ctx, parts);
  const checksum = combined(ctx, upload, parts);
  const object = {
    ...upload.attributes,
    etag: `${md5(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))}-${parts.length}`,
    checksum,
    size: parts.reduce((sum, part) => sum + part.size, 0),
    segments: parts.map((part) => part.segment),
    partSizes: parts.map((part) => part.size),
    ...(checksum && { partChecksums: parts.map((part) => part.checksum?.value ?? '') }),
    uploadId: upload.id,
  };
  return commitObject(ctx, object, ctx.s3.features.conditionalWrites, { type: 'removeUpload', uploadId: upload.id });
}

function answer(ctx: Context, version: ObjectVersion): Answer {
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${ctx.request.headers.host ?? ''}${ctx.request.path}`,
      Bucket: ctx.bucket,
      Key: ctx.key,
      ETag: quoted(version.etag),
      ...checksumElements(ctx.s3.features.checksums ? version.checksum : undefined),
    },
    {
      ...versionHeader(version.versionId),
      ...encryptionHeaders(version, ctx.s3.features),
      ...expirationHeader(ctx.s3, ctx.bucket, version),
    },
  );
}

const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');

/**
 * Checksum headers here are of the finished object, not of the list.
 */
async function readList(ctx: Context): Promise<readonly XmlElement[]> {
  const headers = Object.entries(ctx.request.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  const request = { ...ctx.request, headers: Object.fromEntries(headers) };
  const parts = (await readXmlDocument({ ...ctx, request }, 'CompleteMultipartUpload', LIMITS)).all('Part');
  if (parts.length === 0 || parts.length > MAX_PARTS) throw new S3Error('MalformedXML');
  if (parts.some((part) => !Number.isInteger(numberOf(part)))) throw new S3Error('MalformedXML');
  return parts;
}

const numberOf = (part: XmlElement): number => Number(part.textOf('PartNumber'));

/** With checksums the numbers are consecutive from 1: S3 API reference, "CompletedPart". */
function checkOrder({ checksumAlgorithm }: UploadRecord, parts: readonly XmlElement[]): void {
  const numbers = parts.map(numberOf);
  const ordered = numbers.every((number, i) =>
    checksumAlgorithm ? number === i + 1 : i === 0 || number > (numbers[i - 1] ?? 0),
  );
  if (!ordered) throw new S3Error('InvalidPartOrder');
}

function listedPart(upload: UploadRecord, element: XmlElement): PartRecord {
  const number = numberOf(element);
  const part = upload.parts[number];
  const etag = (element.textOf('ETag') ?? '').replace(/^"(.*)"$/, '$1');
  const checksum = part?.checksum && element.textOf(elementOf(part.checksum.algorithm));
  if (!part || part.etag !== etag || (checksum !== undefined && checksum !== part.checksum?.value)) {
    throw new S3Error('InvalidPart', undefined, { PartNumber: String(number), ETag: etag });
  }
  // source: the answer of S3 in apache/opendal#4580
  if (checksum === undefined && upload.checksumType === 'COMPOSITE') {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${upload.checksumAlgorithm?.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  return part;
}

function checkSizes({ request }: Context, parts: readonly PartRecord[]): void {
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART);
  if (small) {
    throw new S3Error('EntityTooSmall', undefined, {
      ProposedSize: String(small.size),
      MinSizeAllowed: String(MIN_PART),
      PartNumber: String(small.number),
    });
  }
  const announced = request.headers['x-amz-mp-object-size'];
  if (announced !== undefined && Number(announced) !== parts.reduce((sum, part) => sum + part.size, 0)) {
    throw new S3Error('InvalidRequest', 'The provided x-amz-mp-object-size does not match the size of the parts.');
  }
}

function combined({ request }: Context, upload: UploadRecord, parts: readonly PartRecord[]): Checksum | undefined {
  const { checksumAlgorithm, checksumType } = upload;
  if (!checksumAlgorithm || !checksumType) return undefined;
  const pieces = parts.map(({ checksum, size }) => ({ value: checksum?.value ?? '', size }));
  const checksum = combineChecksums(checksumAlgorithm, checksumType, pieces);
  const announced = request.headers[headerOf(checksumAlgorithm)];
  const same = announced === undefined || announced.replace(/-\d+$/, '') === checksum.value.replace(/-\d+$/, '');
  if (!same)
    throw new S3Error('BadDigest', `The ${checksumAlgorithm} you specified did not match the calculated checksum.`);
  return checksum;
}

export const completeOperations: readonly Operation[] = [
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    level: 'object',
    query: 'uploadId',
    action: 's3:PutObject',
    run: completeMultipartUpload,
  },
];
