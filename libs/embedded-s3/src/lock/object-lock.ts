import { isChecksummed } from '../checksums/index.js';
import { S3Error } from '../errors/s3-error.js';
import { authorise } from '../request/authorise.js';
import type { Context } from '../request/context.js';
import type { ObjectVersion, Retention } from '../store/records.js';
import { readXml } from '../xml/xml-reader.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Retention and legal hold of a new object: as its request says, or the bucket's default retention. */
export function requestedLock(ctx: Context): Pick<ObjectVersion, 'retention' | 'legalHold'> {
  const { headers } = ctx.request;
  const [mode, until, hold] = ['mode', 'retain-until-date', 'legal-hold'].map(
    (name) => headers[`x-amz-object-lock-${name}`],
  );
  if (mode === undefined && until === undefined && hold === undefined) return defaultLock(ctx);
  requireLock(ctx);
  if ((mode === undefined) !== (until === undefined)) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  const given = mode === undefined ? defaultLock(ctx) : { retention: parseRetention(ctx, mode, until ?? '') };
  if (mode !== undefined) authorise(ctx, { action: 's3:PutObjectRetention', bucket: ctx.bucket, key: ctx.key });
  if (hold === undefined) return given;
  authorise(ctx, { action: 's3:PutObjectLegalHold', bucket: ctx.bucket, key: ctx.key });
  if (hold !== 'ON' && hold !== 'OFF') throw new S3Error('InvalidArgument', 'Legal Hold must be either of ON or OFF');
  return { ...given, legalHold: hold === 'ON' };
}

export function parseRetention(ctx: Context, mode: string, until: string): Retention {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw new S3Error('MalformedXML', 'Unknown wormMode directive.');
  const time = /^\d{4}-\d\d-\d\dT/.test(until) ? Date.parse(until) : NaN;
  if (Number.isNaN(time))
    throw new S3Error('InvalidArgument', 'The retain until date must be provided in ISO 8601 format');
  if (time <= ctx.s3.clock.now().getTime())
    throw new S3Error('InvalidArgument', 'The retain until date must be in the future!');
  return { mode, until: time };
}

/**
 * What is to be kept must arrive whole. Source of the text: answers of S3 in s3tools/s3cmd#1436 (parts) and
 * versity/versitygw#1776 (objects). @throws S3Error InvalidRequest
 */
export function requireChecksum(
  { request }: Context,
  { retention, legalHold }: Pick<ObjectVersion, 'retention' | 'legalHold'>,
  what: 'Put Object' | 'Put Part',
): void {
  if ((!retention && legalHold === undefined) || isChecksummed(request.headers)) return;
  throw new S3Error(
    'InvalidRequest',
    `Content-MD5 OR x-amz-checksum- HTTP header is required for ${what} requests with Object Lock parameters`,
  );
}

/** @throws S3Error InvalidRequest when the bucket was not made for object lock */
export function requireLock(ctx: Context): void {
  if (!ctx.s3.store.bucket(ctx.bucket).objectLock) {
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
}

/** A `<ObjectLockConfiguration>`'s default retention, if it has one. @throws S3Error MalformedXML */
export function parseDefaultRetention(
  document: string | Buffer,
): { mode: Retention['mode']; days: number } | undefined {
  const root = readXml(Buffer.from(document), 'ObjectLockConfiguration');
  if (root.textOf('ObjectLockEnabled') !== 'Enabled') throw new S3Error('MalformedXML');
  const rule = root.one('Rule')?.one('DefaultRetention');
  if (!rule) return undefined;
  const mode = rule.textOf('Mode');
  const [days, years] = [rule.textOf('Days'), rule.textOf('Years')];
  const count = /^[1-9]\d{0,4}$/.test(days ?? years ?? '') ? Number(days ?? years) : NaN;
  if (
    (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') ||
    (days === undefined) === (years === undefined) ||
    Number.isNaN(count)
  ) {
    throw new S3Error('MalformedXML');
  }
  return { mode, days: days === undefined ? count * 365 : count };
}

function defaultLock(ctx: Context): Pick<ObjectVersion, 'retention'> {
  const document = ctx.s3.store.bucket(ctx.bucket).config['object-lock'];
  const rule = document === undefined ? undefined : parseDefaultRetention(document);
  if (!rule) return {};
  return { retention: { mode: rule.mode, until: ctx.s3.clock.now().getTime() + rule.days * DAY_MS } };
}

/** @throws S3Error AccessDenied when the version may not go, or its retention may not be shortened, yet */
export function checkUnlocked(ctx: Context, version: ObjectVersion): void {
  if (version.legalHold) throw locked();
  const { retention } = version;
  if (!retention || retention.until <= ctx.s3.clock.now().getTime()) return;
  if (retention.mode === 'COMPLIANCE' || ctx.request.headers['x-amz-bypass-governance-retention'] !== 'true')
    throw locked();
  authorise(ctx, { action: 's3:BypassGovernanceRetention', bucket: ctx.bucket, key: version.key });
}

const locked = (): S3Error => new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
