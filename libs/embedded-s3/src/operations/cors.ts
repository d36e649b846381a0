import { S3Error } from '../http/s3-error.js';
import type { Answer } from '../http/answer.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from './context.js';

/** OPTIONS from a browser: no credentials, answered by the bucket's CORS rules. */
export function preflight(_s3: S3, _request: S3Request): Answer {
  throw new S3Error('AccessDenied', 'CORSResponse: CORS is not enabled for this bucket.');
}

/** Headers added to every answer to a request with an `Origin`. */
export function corsHeaders(_s3: S3, _request: S3Request): Record<string, string> {
  return {};
}
