import type { IncomingMessage } from 'node:http';
import { S3Error } from '../errors/s3-error.js';

const MAX_KEY_BYTES = 1024;

/** A request as S3 reads it: names decoded once, nothing normalised. */
export interface S3Request {
  readonly method: string;
  /** decoded path including the bucket in path style, starting with `/`: what is signed */
  readonly path: string;
  readonly bucket?: string;
  readonly key?: string;
  /** decoded; a name can only occur once */
  readonly query: ReadonlyMap<string, string>;
  /** lower-case names; repeated headers joined with `,` in the order sent. `x-amz-*` parameters of a presigned URL are added once verified. */
  readonly headers: Record<string, string | undefined>;
  /** address of the sender, IPv4 as such */
  readonly sourceIp: string;
}

/** @param domains host names under which `bucket.domain` is virtual-hosted style */
export function parseRequest(message: IncomingMessage, domains: readonly string[]): S3Request {
  const url = message.url ?? '';
  if (!url.startsWith('/') || url.includes('#')) throw new S3Error('InvalidURI');
  const split = url.indexOf('?');
  const path = decode(split < 0 ? url : url.slice(0, split));
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) throw new S3Error('InvalidURI');
  const headers = joinHeaders(message.rawHeaders);
  return {
    method: message.method ?? '',
    path,
    ...locate(path, virtualBucket(headers.host, domains)),
    query: parseQuery(split < 0 ? '' : url.slice(split + 1)),
    headers,
    sourceIp: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

function locate(path: string, virtual: string | undefined): { bucket?: string; key?: string } {
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const bucket = virtual ?? (slash < 0 ? rest : rest.slice(0, slash));
  const key = virtual !== undefined ? rest : slash < 0 ? '' : rest.slice(slash + 1);
  if (bucket === '' && key !== '') throw new S3Error('InvalidBucketName');
  return { ...(bucket && { bucket }), ...(key && { key: checkKey(key) }) };
}

/** Keys are UTF-8 of 1 to 1,024 bytes ("Naming Amazon S3 objects", user guide); wherever one arrives it passes here. */
export function checkKey(key: string): string {
  if (key === '' || !key.isWellFormed()) throw new S3Error('InvalidArgument', 'The object key is not valid.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', undefined, { MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
  return key;
}

function virtualBucket(host: string | undefined, domains: readonly string[]): string | undefined {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  const domain = name && domains.find((candidate) => name.endsWith(`.${candidate}`));
  return domain && name.slice(0, -domain.length - 1);
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const decoded = decode(name.replaceAll('+', ' '));
    if (query.has(decoded)) throw new S3Error('InvalidArgument', 'A query parameter occurs more than once.');
    query.set(decoded, decode(value.replaceAll('+', ' ')));
  }
  return query;
}

function joinHeaders(raw: readonly string[]): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = Object.create(null);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const before = headers[name];
    headers[name] = before === undefined ? raw[i + 1] : `${before},${raw[i + 1]}`;
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}
