import type { Answer } from '../../http/answer.js';
import { expirationHeader } from '../../lifecycle/lifecycle.js';
import { checksumHeaders } from '../../object/checksum-answers.js';
import { encryptionHeaders, quoted } from '../../object/object-headers.js';
import { writeObject } from '../../object/write-object.js';
import type { Context, Operation } from '../../request/context.js';
import { versionHeader } from '../../request/version-id.js';

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
