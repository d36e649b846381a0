import type { Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import { asHeaderValue } from '../auth/query-auth.js';
import type { ObjectVersion } from '../store/records.js';
import { authorise } from './authorise.js';
import { parseRange, type ByteRange } from './byte-range.js';
import { checkReadConditions, matchesEtag } from './conditions.js';
import type { Context, Operation } from './context.js';
import { refuseEncryptionHeaders } from './encryption.js';
import { checksumHeaders, objectHeaders } from './object-headers.js';
import { targetVersion } from './target-version.js';

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

function getObject(ctx: Context): Answer {
  const { version, range, ...answer } = describe(ctx);
  const { from, to } = range ?? { from: 0, to: version.size - 1 };
  return { ...answer, body: version.size === 0 ? '' : ctx.s3.store.data.read(version.segments, from, to) };
}

function headObject(ctx: Context): Answer {
  const { status, headers } = describe(ctx);
  return { status, headers };
}

function describe(ctx: Context): Answer & { version: ObjectVersion; range?: ByteRange } {
  refuseEncryptionHeaders(ctx);
  const version = visibleVersion(ctx);
  const { headers } = ctx.request;
  checkReadConditions(headers, version);
  const part = partRange(version, ctx.request.query.get('partNumber'));
  const whole = headers['if-range'] !== undefined && !matchesEtag(headers['if-range'], version.etag);
  const range = part ?? (whole ? undefined : parseRange(headers.range, version.size));
  const length = range ? range.to - range.from + 1 : version.size;
  return {
    version,
    range,
    status: range ? 206 : 200,
    headers: {
      ...objectHeaders(version, ctx.s3.features),
      ...(!range && headers['x-amz-checksum-mode'] === 'ENABLED' && checksumHeaders(version, ctx.s3.features)),
      ...overrides(ctx),
      'content-length': String(length),
      'content-range': range && `bytes ${range.from}-${range.to}/${version.size}`,
      'x-amz-mp-parts-count': part && version.partSizes ? String(version.partSizes.length) : undefined,
    },
  };
}

/** Who may not list the bucket is not told that a key does not exist. */
function visibleVersion(ctx: Context): ObjectVersion {
  if (!ctx.s3.store.objects(ctx.bucket).current(ctx.key)) {
    authorise(ctx, { action: 's3:ListBucket', bucket: ctx.bucket, key: '' });
  }
  return targetVersion(ctx);
}

/** The bytes of one part of a multipart upload; any other object is its own first part. */
function partRange(version: ObjectVersion, partNumber: string | undefined): ByteRange | undefined {
  if (partNumber === undefined) return undefined;
  const sizes = version.partSizes ?? [version.size];
  const number = /^[1-9]\d{0,4}$/.test(partNumber) ? Number(partNumber) : NaN;
  const size = sizes[number - 1];
  if (size === undefined) throw new S3Error('InvalidPartNumber');
  const from = sizes.slice(0, number - 1).reduce((sum, each) => sum + each, 0);
  return size === 0 ? undefined : { from, to: from + size - 1 };
}

/** `response-content-type` and the like. Every request is signed, and so are they. */
function overrides({ request }: Context): Record<string, string | undefined> {
  const entries = OVERRIDES.map((name) => [name, request.query.get(`response-${name}`)] as const);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, asHeaderValue(value)]])),
  );
}

const reading = {
  level: 'object',
  params: ['versionId', 'partNumber', ...OVERRIDES.map((name) => `response-${name}`)],
  action: 's3:GetObject',
  versionAction: 's3:GetObjectVersion',
} as const;

export const getOperations: readonly Operation[] = [
  { ...reading, name: 'GetObject', method: 'GET', run: getObject },
  { ...reading, name: 'HeadObject', method: 'HEAD', run: headObject },
];
