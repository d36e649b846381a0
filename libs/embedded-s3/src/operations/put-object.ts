import type { Answer } from '../http/answer.js';
import type { ObjectVersion } from '../store/records.js';
import { checkWriteConditions } from './conditions.js';
import type { Context, Operation } from './context.js';
import { readAttributes } from './object-attributes.js';
import { expirationHeader } from './lifecycle.js';
import { requireChecksum } from './object-lock.js';
import { checksumHeaders, encryptionHeaders, quoted, versionHeader } from './object-headers.js';
import { commitObject, receive } from './write-object.js';

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

async function putObject(ctx: Context): Promise<Answer> {
  const version = await writeObject(ctx);
  const { features } = ctx.s3;
  return {
    status: 200,
    headers: {
      etag: quoted(version.etag),
      ...versionHeader(version.versionId),
      ...encryptionHeaders(version, features),
      ...checksumHeaders(version, features),
      ...expirationHeader(ctx.s3, ctx.bucket, version),
    },
  };
}

export const putOperations: readonly Operation[] = [
  { name: 'PutObject', method: 'PUT', level: 'object', action: 's3:PutObject', run: putObject },
];
