import type { Role } from '../auth/account.js';
import type { Identities, Identity } from '../auth/identities.js';
import type { Payload } from '../auth/payload.js';
import type { Clock } from '../controls/clock.js';
import type { Features } from '../controls/features.js';
import type { Answer } from '../http/answer.js';
import type { S3Request } from '../http/request.js';
import type { Store } from '../store/store.js';

/** The running server, as operations see it. */
export interface S3 {
  readonly store: Store;
  readonly clock: Clock;
  readonly features: Features;
  readonly identities: Identities;
  readonly roles: readonly Role[];
  readonly region: string;
  readonly accountId: string;
  /** `aws:SecureTransport` of every request */
  readonly secure: boolean;
}

/** How a request proved who makes it. */
export interface Caller {
  readonly identity: Identity;
  /** the values of `s3:authType` */
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  readonly signedAt: Date;
}

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
