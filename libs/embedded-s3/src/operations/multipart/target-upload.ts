import { S3Error } from '../../errors/s3-error.js';
import type { Context } from '../../request/context.js';
import type { UploadRecord } from '../../store/records.js';

/** The upload a request names; an upload id is good for its own bucket and key only. @throws S3Error NoSuchUpload */
export function targetUpload(ctx: Context): UploadRecord {
  const id = ctx.request.query.get('uploadId') ?? '';
  const upload = ctx.s3.store.findUpload(id);
  if (!upload || upload.bucket !== ctx.bucket || upload.key !== ctx.key) {
    throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
  }
  return upload;
}
