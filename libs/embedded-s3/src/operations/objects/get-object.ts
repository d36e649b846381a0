import { useKey } from '../../encryption/use-key.js';
import { refuseEncryptionHeaders } from '../../encryption/requested-encryption.js';
import { S3Error } from '../../errors/s3-error.js';
import type { Answer } from '../../http/answer.js';
import { asHeaderValue } from '../../http/header-value.js';
import { expirationHeader } from '../../lifecycle/lifecycle.js';
import { parseRange, type ByteRange } from '../../object/byte-range.js';
import { checksumHeaders } from '../../object/checksum-answers.js';
import { checkReadConditions, matchesEtag } from '../../object/conditions.js';
import { objectHeaders } from '../../object/object-headers.js';
import type { Context, Operation } from '../../request/context.js';
import { targetVersion } from '../../request/target-version.js';
import type { Checksum, ObjectVersion } from '../../store/records.js';

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
  useKey(ctx, 'kms:Decrypt', version.encryption);
  const { from, to } = range ?? { from: 0, to: version.size - 1 };
  return { ...answer, body: version.size === 0 ? '' : ctx.s3.store.data.read(version.segments, from, to) };
}

function headObject(ctx: Context): Answer {
  const { status, headers } = describe(ctx);
  return { status, headers };
}

function describe(ctx: Context): Answer & { version: ObjectVersion; range?: ByteRange } {
  refuseEncryptionHeaders(ctx);
  const version = targetVersion(ctx);
  const { headers } = ctx.request;
  checkReadConditions(headers, version);
  const part = partOf(version, ctx.request.query.get('partNumber'));
  const whole = headers['if-range'] !== undefined && !matchesEtag(headers['if-range'], version.etag);
  const range = part ? part.range : whole ? undefined : parseRange(headers.range, version.size);
  const checksum = part ? part.checksum : range ? undefined : version.checksum;
  const length = range ? range.to - range.from + 1 : version.size;
  return {
    version,
    range,
    status: range ? 206 : 200,
    headers: {
      ...objectHeaders(version, ctx.s3.features),
      ...expirationHeader(ctx.s3, ctx.bucket, version),
      ...(headers['x-amz-checksum-mode'] === 'ENABLED' && checksumHeaders({ checksum }, ctx.s3.features)),
      ...overrides(ctx),
      'content-length': String(length),
      'content-range': range && `bytes ${range.from}-${range.to}/${version.size}`,
      'x-amz-mp-parts-count': part && version.partSizes ? String(version.partSizes.length) : undefined,
    },
  };
}

/**
 * One part of a multipart upload, its checksum told with the type of the whole object's; any other object is its own
 * first part. `range` is absent when the part is empty.
 */
function partOf(
  version: ObjectVersion,
  partNumber: string | undefined,
): { range?: ByteRange; checksum?: Checksum } | undefined {
  if (partNumber === undefined) return undefined;
  const sizes = version.partSizes ?? [version.size];
  const number = /^[1-9]\d{0,4}$/.test(partNumber) ? Number(partNumber) : NaN;
  const size = sizes[number - 1];
  if (size === undefined) throw new S3Error('InvalidPartNumber');
  const from = sizes.slice(0, number - 1).reduce((sum, each) => sum + each, 0);
  const value = version.partSizes ? version.partChecksums?.[number - 1] : version.checksum?.value;
  return {
    ...(size > 0 && { range: { from, to: from + size - 1 } }),
    ...(version.checksum && value !== undefined && { checksum: { ...version.checksum, value } }),
  };
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
