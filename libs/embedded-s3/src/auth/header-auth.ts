import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';
import type { SignedRequest } from './authentication.js';
import { parseCredential, parseDate } from './credential.js';

const MAX_SKEW_MS = 15 * 60 * 1000;

/**
 * Reads an `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` header.
 * @param bodyHash stands for x-amz-content-sha256 when the service does not ask for that header (STS)
 */
export function readAuthorization(s3: S3, request: S3Request, bodyHash?: string): SignedRequest {
  const code = 'AuthorizationHeaderMalformed';
  const fields = authorizationFields(request.headers.authorization ?? '');
  const { amzDate, signedAt } = parseDate(
    request.headers['x-amz-date'] ?? httpDate(request.headers.date),
    'AccessDenied',
  );
  const { accessKeyId, scope } = parseCredential(fields.Credential, { region: s3.region, amzDate, code });
  const now = s3.clock.now();
  if (Math.abs(now.getTime() - signedAt.getTime()) > MAX_SKEW_MS) {
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: amzDate,
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    });
  }
  const payloadHash = request.headers['x-amz-content-sha256'] ?? (scope.service === 'sts' ? bodyHash : undefined);
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return {
    accessKeyId,
    scope,
    amzDate,
    signedAt,
    payloadHash,
    signedHeaders: fields.SignedHeaders.split(';'),
    signature: fields.Signature,
    authType: 'REST-HEADER',
    securityToken: request.headers['x-amz-security-token'],
  };
}

/** Signature Version 2, in a header or in a URL, most of all. */
export const unsupportedMechanism = (): S3Error =>
  new S3Error(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );

function authorizationFields(header: string): { Credential: string; SignedHeaders: string; Signature: string } {
  const [algorithm, ...rest] = header.split(' ');
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw unsupportedMechanism();
  }
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map((field) => pair(field.trim())),
  );
  const [Credential, SignedHeaders, Signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    fields.get(name),
  );
  if (!Credential || !SignedHeaders || !Signature) throw new S3Error('AuthorizationHeaderMalformed');
  return { Credential, SignedHeaders, Signature };
}

function pair(field: string): [string, string] {
  const equals = field.indexOf('=');
  return [field.slice(0, equals), field.slice(equals + 1)];
}

/** A signer may send `Date` instead of `x-amz-date`; it signs the same instant in basic format. */
function httpDate(date: string | undefined): string | undefined {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? date : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
