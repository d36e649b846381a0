import type { S3Request } from '../http/request.js';
import { encodeSigned } from '../http/uri-encoding.js';
import { scopeText, sha256Hex, sign, signingKey, type Scope } from './signing-key.js';

/** Everything a Signature Version 4 signature vouches for, beside the request itself. */
export interface Claim {
  readonly scope: Scope;
  readonly amzDate: string;
  /** lower-case, sorted, as listed by the signer */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** The signature the request should carry ("Create a signed AWS API request", IAM user guide). */
export function expectedSignature(
  request: S3Request,
  claim: Claim,
  secretAccessKey: string,
): { signature: string; key: Buffer } {
  const text = ['AWS4-HMAC-SHA256', claim.amzDate, scopeText(claim.scope), sha256Hex(canonicalRequest(request, claim))];
  const key = signingKey(secretAccessKey, claim.scope);
  return { key, signature: sign(key, text.join('\n')) };
}

/** Header values are the bytes that arrived: Node gives them as latin1. The rest is ASCII. */
function canonicalRequest(request: S3Request, claim: Claim): Buffer {
  const headers = claim.signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name] ?? '')}\n`);
  return Buffer.from(
    [
      request.method,
      request.path.split('/').map(encodeSigned).join('/'),
      canonicalQuery(request.query),
      headers.join(''),
      claim.signedHeaders.join(';'),
      claim.payloadHash,
    ].join('\n'),
    'latin1',
  );
}

const canonicalValue = (value: string): string => value.trim().replace(/ +/g, ' ');

function canonicalQuery(query: ReadonlyMap<string, string>): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encodeSigned(name), encodeSigned(value)])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
