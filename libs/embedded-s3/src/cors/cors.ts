import { S3Error } from '../errors/s3-error.js';
import type { Answer } from '../http/answer.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';
import type { BucketRecord } from '../store/records.js';
import { corsAnswer, parseCors, type CorsRule } from './cors-rules.js';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

/** OPTIONS from a browser: no credentials, answered by the bucket's CORS rules. */
export function preflight(s3: S3, { bucket = '', headers }: S3Request): Answer {
  const { origin, 'access-control-request-method': method } = headers;
  if (origin === undefined) throw new S3Error('BadRequest');
  if (method === undefined || !METHODS.includes(method))
    throw new S3Error('BadRequest', `Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  const rules = rulesOf(s3.store.bucket(bucket));
  if (!rules) throw new S3Error('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.');
  const allowed = corsAnswer(rules, { origin, method, headers: headers['access-control-request-headers'] });
  if (!allowed) throw new S3Error('AccessForbidden');
  return { status: 200, headers: allowed };
}

/** Headers added to every answer to a request with an `Origin`. */
export function corsHeaders(s3: S3, { bucket = '', method, headers: { origin } }: S3Request): Record<string, string> {
  const record = origin === undefined || method === 'OPTIONS' ? undefined : s3.store.findBucket(bucket);
  const rules = record && rulesOf(record);
  return (rules && origin !== undefined && corsAnswer(rules, { origin, method })) || {};
}

const parsed = new WeakMap<BucketRecord, CorsRule[]>();

function rulesOf(record: BucketRecord): CorsRule[] | undefined {
  const document = record.config['cors'];
  if (document === undefined) return undefined;
  const rules = parsed.get(record) ?? parseCors(document);
  parsed.set(record, rules);
  return rules;
}
