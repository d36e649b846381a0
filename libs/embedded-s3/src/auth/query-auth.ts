import { S3Error } from '../errors/s3-error.js';
import { asHeaderValue } from '../http/header-value.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';
import type { SignedRequest } from './authentication.js';
import { parseCredential, parseDate } from './credential.js';

const MAX_SKEW_MS = 15 * 60 * 1000;
const MAX_EXPIRES_S = 7 * 24 * 60 * 60;
const CODE = 'AuthorizationQueryParametersError';

/** Query parameters that are the signature's own. */
const AUTH_PARAMETERS = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
]);

export const isPresigned = (request: S3Request): boolean =>
  request.query.has('X-Amz-Signature') || request.query.has('X-Amz-Algorithm');

/** Reads the signature of a presigned URL ("Authenticating Requests: Using Query Parameters", Amazon S3 API reference). */
export function readPresignedQuery(s3: S3, request: S3Request): SignedRequest {
  const { query } = request;
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(CODE, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const [credential, headers, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    query.get(`X-Amz-${name}`),
  );
  if (!credential || !headers || !signature) throw new S3Error(CODE, 'A parameter of the signature is missing.');
  const { amzDate, signedAt } = parseDate(query.get('X-Amz-Date'), CODE);
  const { accessKeyId, scope } = parseCredential(credential, { region: s3.region, amzDate, code: CODE });
  checkLifetime(s3.clock.now(), signedAt, query.get('X-Amz-Expires') ?? '');
  return {
    accessKeyId,
    scope,
    amzDate,
    signedAt,
    signature,
    signedHeaders: headers.split(';'),
    payloadHash: query.get('X-Amz-Content-Sha256') ?? request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
    authType: 'REST-QUERY-STRING',
    securityToken: query.get('X-Amz-Security-Token'),
  };
}

function checkLifetime(now: Date, signedAt: Date, expires: string): void {
  const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : NaN;
  if (!(seconds >= 1)) throw new S3Error(CODE, 'X-Amz-Expires should be a number of at least 1.');
  if (seconds > MAX_EXPIRES_S)
    throw new S3Error(CODE, 'X-Amz-Expires must be less than a week (in seconds); that is 604800');
  if (signedAt.getTime() > now.getTime() + MAX_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not yet valid');
  const end = signedAt.getTime() + seconds * 1000;
  if (now.getTime() > end) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': expires,
      Expires: new Date(end).toISOString(),
      ServerTime: now.toISOString(),
    });
  }
}

/** Signers move `x-amz-*` headers into the query; they mean the same there. Returns what is left of the query. */
export function takeHoistedHeaders(request: S3Request): S3Request {
  const query = new Map<string, string>();
  const headers = { ...request.headers };
  for (const [name, value] of request.query) {
    if (AUTH_PARAMETERS.has(name)) continue;
    const header = name.toLowerCase();
    if (!header.startsWith('x-amz-')) query.set(name, value);
    else if (headers[header] === undefined) headers[header] = asHeaderValue(value);
    else throw new S3Error('InvalidArgument', `${header} is given twice, as a header and in the query.`);
  }
  return { ...request, query, headers };
}
