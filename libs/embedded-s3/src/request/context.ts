import type { Caller } from '../account/caller.js';
import type { Payload } from '../auth/payload.js';
import type { Answer } from '../http/answer.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';

/** One authenticated request on its way through an operation. */
export interface Context {
  readonly s3: S3;
  readonly request: S3Request;
  readonly caller: Caller;
  readonly payload: Payload;
  /** name of the operation: `PutObject`, … */
  readonly operation: string;
  /** `''` for operations on the service */
  readonly bucket: string;
  /** `''` for operations on the service or a bucket */
  readonly key: string;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** absent: s3 */
  readonly service?: 'sts';
  /** the sub-resource in the query that selects it (`?tagging`); absent: the plain operation */
  readonly query?: string;
  /** a header that selects it: x-amz-copy-source */
  readonly header?: string;
  /** other query parameters it understands; any other is answered 501 */
  readonly params?: readonly string[];
  /** the IAM action it needs, with a `versionId` in the query `versionAction` instead; absent: it authorises itself */
  readonly action?: string;
  readonly versionAction?: string;
  /** false: the bucket need not exist */
  readonly bucketExists?: false;
  run(ctx: Context): Promise<Answer> | Answer;
}
