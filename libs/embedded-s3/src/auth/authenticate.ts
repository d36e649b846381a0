import type { IncomingMessage } from 'node:http';
import type { Caller } from '../account/caller.js';
import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';
import { verify } from './authentication.js';
import { readAuthorization, unsupportedMechanism } from './header-auth.js';
import { openPayload } from './open-payload.js';
import { RequestBody, type Payload, type PayloadOptions } from './payload.js';
import { isPresigned, readPresignedQuery, takeHoistedHeaders } from './query-auth.js';
import { sha256Hex } from './signing-key.js';

/** A request that is what its sender signed. */
export interface Authenticated {
  readonly caller: Caller;
  /** `s3` or `sts` */
  readonly service: string;
  /** without the signature; headers hoisted into the query are among the headers */
  readonly request: S3Request;
  readonly payload: Payload;
}

const MAX_STS_BODY = 64 * 1024;

/** Nobody is let in without a signature: there is no anonymous access. */
export async function authenticate(
  s3: S3,
  message: IncomingMessage,
  request: S3Request,
  watchers: Pick<PayloadOptions, 'onStart' | 'onBytes'>,
): Promise<Authenticated> {
  const byHeader = request.headers.authorization !== undefined;
  if (isPresigned(request)) {
    if (byHeader) throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed.');
    const { caller, service, ...rest } = verify(s3, request, readPresignedQuery(s3, request));
    const plain = takeHoistedHeaders(request);
    return { caller, service, request: plain, payload: openPayload(message, plain, rest, watchers) };
  }
  if (request.query.has('AWSAccessKeyId')) throw unsupportedMechanism();
  if (!byHeader) throw new S3Error('AccessDenied');
  const prefetched = lacksBodyHash(request) ? await new RequestBody(message, watchers).read(MAX_STS_BODY) : undefined;
  const signed = readAuthorization(s3, request, prefetched && sha256Hex(prefetched));
  const { caller, service, ...rest } = verify(s3, request, signed);
  const payload = prefetched ? new RequestBody(message, { prefetched }) : openPayload(message, request, rest, watchers);
  return { caller, service, request, payload };
}

/** Clients of the Security Token Service sign the hash of the body without sending it. */
const lacksBodyHash = (request: S3Request): boolean =>
  request.method === 'POST' && request.path === '/' && request.headers['x-amz-content-sha256'] === undefined;
