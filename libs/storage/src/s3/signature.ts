import { createHmac, hash } from 'node:crypto';

/**
 * Signature Version 4 for requests that carry their signature in the query, and for POST policies.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 *
 * The SDK's presigner spends its time in a middleware stack; the arithmetic alone is some 30 times faster.
 * `signature.spec.ts` and `signature.post.spec.ts` compare every result with the SDK's own, byte by byte.
 */
export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface UnsignedRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** `https://host[:port]`. */
  origin: string;
  /** Escaped: see `escapePath`. */
  path: string;
  query: Readonly<Record<string, string>>;
  /** Each is signed; names in lower case. `host` is added. */
  headers: Readonly<Record<string, string>>;
}

export interface SigningTime {
  /** The signature's date. */
  at: Date;
  /** Seconds from `at` until the signature ends: 1 … 604,800. */
  expiresIn: number;
}

export type PostCondition = Readonly<Record<string, string>> | readonly [string, string | number, string | number];

export interface PostTarget {
  bucket: string;
  key: string;
  fields: Readonly<Record<string, string>>;
  conditions: readonly PostCondition[];
}

/** What signatures of one second by one secret share: many in a row do. */
interface Dated extends Required<SigningCredentials> {
  /** Milliseconds. */
  time: number;
  key: Buffer;
  date: string;
  scope: string;
  credential: string;
  query: string;
  token: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const keysKept = 1000;

/** Signs for one region. Keeps the derived keys of the few secrets in use. */
export class QuerySigner {
  readonly #region: string;
  readonly #keys = new Map<string, Buffer>();
  #last: Dated | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * The URL that makes the request, and only it, with these credentials until it expires. Names in the request's query
   * must begin with a lower-case letter, as all of S3's do: that puts them behind the signature's own.
   */
  presignUrl(request: UnsignedRequest, credentials: SigningCredentials, { at, expiresIn }: SigningTime): string {
    const { origin, path, method } = request;
    const { key, date, scope, query, token } = this.#dated(credentials, at);
    const host = origin.slice(origin.indexOf('//') + 2);
    const { names, lines } = canonicalHeaders(request.headers, host);
    const before = `${query}&X-Amz-Expires=${expiresIn}${token}`;
    const after = `&X-Amz-SignedHeaders=${escape(names)}${queryString(request.query)}`;
    const canonical = `${method}\n${path}\n${before}${after}\n${lines}\n${names}\nUNSIGNED-PAYLOAD`;
    const signature = sign(key, `${algorithm}\n${date}\n${scope}\n${hash('sha256', canonical)}`);
    return `${origin}${path}?${before}&X-Amz-Signature=${signature}${after}`;
  }

  /** The fields of a browser's form POST: `fields` and `conditions` become a policy that the store enforces. */
  presignPost(
    target: PostTarget,
    credentials: SigningCredentials,
    { at, expiresIn }: SigningTime,
  ): Record<string, string> {
    const { key, date, credential } = this.#dated(credentials, at);
    const fields: Record<string, string> = {
      ...target.fields,
      bucket: target.bucket,
      'X-Amz-Algorithm': algorithm,
      'X-Amz-Credential': credential,
      'X-Amz-Date': date,
      ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
    };
    const conditions = [
      ...target.conditions,
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
      { key: target.key },
    ];
    const expiration = new Date(at.getTime() + expiresIn * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    return { ...fields, key: target.key, Policy: policy, 'X-Amz-Signature': sign(key, policy) };
  }

  #dated({ accessKeyId, secretAccessKey, sessionToken = '' }: SigningCredentials, at: Date): Dated {
    const time = at.getTime();
    const last = this.#last;
    if (
      last?.time === time &&
      last.accessKeyId === accessKeyId &&
      last.secretAccessKey === secretAccessKey &&
      last.sessionToken === sessionToken
    ) {
      return last;
    }
    const date = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = date.slice(0, 8);
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const credential = `${accessKeyId}/${scope}`;
    this.#last = {
      accessKeyId,
      secretAccessKey,
      sessionToken,
      time,
      key: this.#key(secretAccessKey, day),
      date,
      scope,
      credential,
      query: `X-Amz-Algorithm=${algorithm}&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=${escape(credential)}&X-Amz-Date=${date}`,
      token: sessionToken && `&X-Amz-Security-Token=${escape(sessionToken)}`,
    };
    return this.#last;
  }

  /** A signing key serves one secret for one day. */
  #key(secretAccessKey: string, day: string): Buffer {
    const name = `${day}/${secretAccessKey}`;
    const known = this.#keys.get(name);
    if (known) return known;
    const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretAccessKey}`, day), this.#region));
    if (this.#keys.size >= keysKept) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}

/** RFC 3986 escaping as S3 canonicalises it: everything but `A-Z a-z 0-9 - _ . ~`. */
export const escape = (text: string): string =>
  /^[\w.~-]*$/.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export const escapePath = (key: string): string =>
  /^[\w.~/-]*$/.test(key) ? key : key.split('/').map(escape).join('/');

function canonicalHeaders(headers: Readonly<Record<string, string>>, host: string): { names: string; lines: string } {
  const all: Record<string, string> = { ...headers, host };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${(all[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('');
  return { names: names.join(';'), lines };
}

/** Each parameter with an ampersand before it. */
function queryString(query: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name of Object.keys(query).sort()) text += `&${escape(name)}=${escape(query[name] ?? '')}`;
  return text;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const sign = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex');
