import { S3Error } from '../errors/s3-error.js';
import { authorise } from '../request/authorise.js';
import type { Context } from '../request/context.js';
import { authoriseAbsence } from '../request/target-version.js';
import type { ObjectVersion } from '../store/records.js';

type Headers = Readonly<Record<string, string | undefined>>;

const unquote = (etag: string): string =>
  etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');

/** Whether a list of ETags, or `*`, names the object's. */
export const matchesEtag = (list: string, etag: string): boolean =>
  list.split(',').some((item) => item.trim() === '*' || unquote(item) === etag);

/** RFC 9110, section 13, for reading. @throws S3Error PreconditionFailed, NotModified */
export function checkReadConditions(headers: Headers, version: ObjectVersion): void {
  const seconds = Math.floor(version.lastModified / 1000) * 1000;
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const unmodifiedSince = parseDate(headers['if-unmodified-since']);
  const modifiedSince = parseDate(headers['if-modified-since']);
  if (match !== undefined) {
    if (!matchesEtag(match, version.etag)) throw failed('If-Match');
  } else if (unmodifiedSince !== undefined && seconds > unmodifiedSince) throw failed('If-Unmodified-Since');
  const notModified =
    noneMatch !== undefined
      ? matchesEtag(noneMatch, version.etag)
      : modifiedSince !== undefined && seconds <= modifiedSince;
  if (notModified) {
    const validators = { etag: `"${version.etag}"`, 'last-modified': new Date(version.lastModified).toUTCString() };
    throw new S3Error('NotModified', undefined, {}, validators);
  }
}

/** The same for the source of a copy, where S3 answers 412 to each. */
export function checkSourceConditions(headers: Headers, version: ObjectVersion): void {
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`];
  const conditions = Object.fromEntries(
    ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'].map((name) => [name, condition(name)]),
  );
  try {
    checkReadConditions(conditions, version);
  } catch {
    throw failed('x-amz-copy-source-If-*');
  }
}

/**
 * Conditional writes: `If-None-Match: *` creates only, `If-Match` replaces or deletes only that ETag.
 * To be called right before the commit, without an `await` between.
 *
 * Who names an ETag learns whether it is right, and so needs s3:GetObject: S3 User Guide, "How to prevent object
 * overwrites with conditional writes" and "How to perform conditional deletes". If-None-Match needs nothing more.
 */
export function checkWriteConditions(ctx: Context, key: string, headers: Headers = ctx.request.headers): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new S3Error('NotImplemented', undefined, { Header: 'If-None-Match' });
  const current = ctx.s3.store.objects(ctx.bucket).current(key);
  if (noneMatch !== undefined && current) throw failed('If-None-Match');
  if (match === undefined) return;
  authorise(ctx, { action: 's3:GetObject', bucket: ctx.bucket, key });
  if (!current) {
    authoriseAbsence(ctx, ctx.bucket, key);
    throw new S3Error('NoSuchKey', undefined, { Key: key });
  }
  if (!matchesEtag(match, current.etag)) throw failed('If-Match');
}

const failed = (condition: string): S3Error => new S3Error('PreconditionFailed', undefined, { Condition: condition });

function parseDate(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
