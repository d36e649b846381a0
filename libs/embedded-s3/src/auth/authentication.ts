import type { Caller } from '../account/caller.js';
import type { Identity } from '../account/identities.js';
import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from '../http/request.js';
import type { S3 } from '../s3.js';
import { expectedSignature, type Claim } from './canonical-request.js';
import type { ChunkSigning } from './chunk-decoder.js';
import { sameSignature } from './signing-key.js';

/** A request whose sender is known. */
export interface Authentication {
  readonly caller: Caller;
  /** `sts` for requests to the Security Token Service */
  readonly service: string;
  /** value of x-amz-content-sha256, or what stands for it */
  readonly payloadHash: string;
  /** what chunks of a signed stream follow on from */
  readonly chunks: ChunkSigning;
}

/** What the two ways of signing (Authorization header, query) say, in the same terms. */
export interface SignedRequest extends Claim {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly signedAt: Date;
  readonly authType: Caller['authType'];
  readonly securityToken?: string;
}

/** Verifies the signature. @throws S3Error InvalidAccessKeyId, InvalidToken, ExpiredToken, SignatureDoesNotMatch, AccessDenied */
export function verify(s3: S3, request: S3Request, signed: SignedRequest): Authentication {
  const identity = findIdentity(s3, signed.accessKeyId, signed.securityToken);
  const { key, signature } = expectedSignature(request, signed, identity.secretAccessKey);
  if (!sameSignature(signature, signed.signature)) throw new S3Error('SignatureDoesNotMatch');
  checkSignedHeaders(s3, request, signed.signedHeaders);
  return {
    caller: { identity, authType: signed.authType, signedAt: signed.signedAt },
    service: signed.scope.service,
    payloadHash: signed.payloadHash,
    chunks: { key, scope: signed.scope, amzDate: signed.amzDate, seed: signature },
  };
}

/** The identity of an access key, its session token checked. */
export function findIdentity(s3: S3, accessKeyId: string, securityToken: string | undefined): Identity {
  const identity = s3.identities.find(accessKeyId);
  if (!identity) throw new S3Error('InvalidAccessKeyId');
  if (!sameSignature(identity.sessionToken ?? '', securityToken ?? '')) throw new S3Error('InvalidToken');
  if (identity.expiresAt !== undefined && identity.expiresAt <= s3.clock.now().getTime()) {
    throw new S3Error('ExpiredToken');
  }
  return identity;
}

function checkSignedHeaders(s3: S3, request: S3Request, signed: readonly string[]): void {
  if (!signed.includes('host')) throw unsigned('host');
  if (!s3.features.unsignedHeaders) return;
  const missing = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (missing.length > 0) throw unsigned(missing.join(', '));
}

const unsigned = (names: string): S3Error =>
  new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    HeadersNotSigned: names,
  });
