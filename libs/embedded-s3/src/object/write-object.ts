import { ContentDigest, expectedChecksums, type ChecksumAlgorithm, type ContentDigests } from '../checksums/index.js';
import { S3Error } from '../errors/s3-error.js';
import { requireChecksum } from '../lock/object-lock.js';
import type { Context } from '../request/context.js';
import { newVersionId } from '../request/version-id.js';
import type { Change, ObjectVersion, Segment } from '../store/records.js';
import { checkWriteConditions } from './conditions.js';
import { readAttributes } from './object-attributes.js';

const MAX_BYTES = 5 * 1024 ** 3;

/** Bytes that have arrived and are what their sender said. They go unless `keep` makes them part of a record. */
export interface Received extends ContentDigests {
  readonly segment: Segment;
}

/**
 * Takes in the body of a request and hands it to `keep`, which commits it, synchronously.
 * @param algorithm of the checksum to compute although the sender gave none
 */
export async function receive<T>(
  ctx: Context,
  keep: (received: Received) => T,
  algorithm?: ChecksumAlgorithm,
): Promise<T> {
  const { payload, request, s3 } = ctx;
  // only a form does not tell how large its file is
  if (payload.length === undefined && ctx.caller.authType !== 'POST')
    throw new S3Error('NotImplemented', undefined, { Header: 'Transfer-Encoding' });
  if (payload.length !== undefined && payload.length > MAX_BYTES) {
    throw new S3Error('EntityTooLarge', undefined, {
      ProposedSize: String(payload.length),
      MaxSizeAllowed: String(MAX_BYTES),
    });
  }
  const expected = s3.features.checksums ? expectedChecksums(request.headers) : {};
  const digest = new ContentDigest(expected, algorithm, payload.sha256);
  const segment = await s3.store.data.write(digest.watch(payload.chunks()));
  try {
    return keep({ segment, ...digest.finish(payload.trailers) });
  } finally {
    s3.store.data.release([segment]);
  }
}

/** An object about to be written; the rest of its record follows from the bucket and the clock. */
export type NewObject = Omit<ObjectVersion, 'key' | 'versionId' | 'lastModified' | 'deleteMarker'>;

/** Makes a new current version, if the request's conditions hold, together with the changes that belong to it. */
export function commitObject(
  ctx: Context,
  object: NewObject,
  conditional: boolean,
  ...also: readonly Change[]
): ObjectVersion {
  const { store, clock } = ctx.s3;
  if (conditional) checkWriteConditions(ctx, ctx.key);
  const versionId = newVersionId(ctx);
  const version: ObjectVersion = { ...object, key: ctx.key, versionId, lastModified: clock.now().getTime() };
  store.commit({ type: 'version', bucket: ctx.bucket, version }, ...also);
  return version;
}

/** Stores the payload under the context's key. */
export async function writeObject(ctx: Context): Promise<ObjectVersion> {
  const attributes = readAttributes(ctx);
  requireChecksum(ctx, attributes, 'Put Object');
  const conditional = ctx.s3.features.conditionalWrites;
  // what cannot succeed is refused before the body comes in; the commit checks again
  if (conditional) checkWriteConditions(ctx, ctx.key);
  return receive(ctx, ({ segment, etag, checksum }) =>
    commitObject(ctx, { ...attributes, etag, checksum, size: segment.size, segments: [segment] }, conditional),
  );
}
