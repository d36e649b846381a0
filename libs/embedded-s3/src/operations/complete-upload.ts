import { createHash } from 'node:crypto';
import { combineChecksums, elementOf, headerOf } from '../checksums/index.js';
import { xmlAnswer, type Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import type { XmlElement } from '../http/xml-reader.js';
import type { Checksum, PartRecord, UploadRecord } from '../store/records.js';
import { checksumElements } from './copy-object.js';
import type { Context, Operation } from './context.js';
import { readXmlDocument } from './document.js';
import { targetUpload } from './multipart-uploads.js';
import { encryptionHeaders, quoted, versionHeader } from './object-headers.js';
import { commitObject } from './write-object.js';

const MIN_PART = 5 * 1024 ** 2;

async function completeMultipartUpload(ctx: Context): Promise<Answer> {
  targetUpload(ctx);
  const request = await readList(ctx);
  // read again: it may have been completed or aborted while the list came in
  const upload = targetUpload(ctx);
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
  };
  const version = commitObject(ctx, object, ctx.s3.features.conditionalWrites, {
    type: 'removeUpload',
    uploadId: upload.id,
  });
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${ctx.request.headers.host ?? ''}${ctx.request.path}`,
      Bucket: ctx.bucket,
      Key: ctx.key,
      ETag: quoted(version.etag),
      ...checksumElements(ctx.s3.features.checksums ? checksum : undefined),
    },
    { ...versionHeader(version.versionId), ...encryptionHeaders(version, ctx.s3.features) },
  );
}

const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');

/**
 * Checksum headers here are of the finished object, not of the list.
 */
async function readList(ctx: Context): Promise<XmlElement[]> {
  const headers = Object.entries(ctx.request.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  const request = { ...ctx.request, headers: Object.fromEntries(headers) };
  const parts = (await readXmlDocument({ ...ctx, request }, 'CompleteMultipartUpload')).all('Part');
  if (parts.length === 0) throw new S3Error('MalformedXML');
  const numbers = parts.map((part) => Number(part.textOf('PartNumber')));
  if (numbers.some((number) => !Number.isInteger(number))) throw new S3Error('MalformedXML');
  if (numbers.some((number, i) => i > 0 && number <= (numbers[i - 1] ?? 0))) throw new S3Error('InvalidPartOrder');
  return parts;
}

function listedPart(upload: UploadRecord, element: XmlElement): PartRecord {
  const number = Number(element.textOf('PartNumber'));
  const part = upload.parts[number];
  const etag = (element.textOf('ETag') ?? '').replace(/^"(.*)"$/, '$1');
  const checksum = part?.checksum && element.textOf(elementOf(part.checksum.algorithm));
  if (!part || part.etag !== etag || (checksum !== undefined && checksum !== part.checksum?.value)) {
    throw new S3Error('InvalidPart', undefined, { PartNumber: String(number), ETag: etag });
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
