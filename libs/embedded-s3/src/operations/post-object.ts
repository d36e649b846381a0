import type { Payload } from '../auth/payload.js';
import type { Answer } from '../http/answer.js';
import type { S3Request } from '../http/request.js';
import { S3Error } from '../http/s3-error.js';
import type { S3 } from './context.js';

/** A form upload: its policy and signature are fields of the form, so it authenticates and authorises itself. */
export function postObject(_s3: S3, _request: S3Request, _payload: Payload): Promise<Answer> {
  throw new S3Error('NotImplemented');
}
