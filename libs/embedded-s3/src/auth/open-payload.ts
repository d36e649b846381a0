import type { IncomingMessage } from 'node:http';
import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from '../http/request.js';
import { ChunkDecoder, type ChunkSigning } from './chunk-decoder.js';
import { RequestBody, type Payload, type PayloadOptions } from './payload.js';

/** 5 GiB: the largest body of one request. */
const MAX_BYTES = 5 * 1024 ** 3;
/** framing of the smallest chunks S3 allows, generously */
const MAX_FRAMING = 256 * 1024 ** 2;

type Watchers = Pick<PayloadOptions, 'onStart' | 'onBytes'>;

/** The body as `x-amz-content-sha256` describes it: hashed, unsigned, or framed as aws-chunked. Nothing is read yet. */
export function openPayload(
  message: IncomingMessage,
  request: S3Request,
  { payloadHash, chunks }: { payloadHash: string; chunks: ChunkSigning },
  watchers: Watchers,
): Payload {
  const sent = contentLength(request.headers['content-length']);
  const plain = { ...watchers, length: sent ?? (message.headers['transfer-encoding'] ? undefined : 0) };
  if (payloadHash === 'UNSIGNED-PAYLOAD') return new RequestBody(message, plain);
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return new RequestBody(message, { ...plain, sha256: payloadHash });
  const framing = /^STREAMING-(AWS4-HMAC-SHA256|UNSIGNED)-PAYLOAD(-TRAILER)?$/.exec(payloadHash);
  if (!framing || payloadHash === 'STREAMING-UNSIGNED-PAYLOAD') {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.',
    );
  }
  const length = contentLength(request.headers['x-amz-decoded-content-length']);
  if (length === undefined) throw new S3Error('MissingContentLength');
  const trailers = (request.headers['x-amz-trailer'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (trailers.length > 0 !== (framing[2] !== undefined)) throw new S3Error('MalformedTrailerError');
  const decoder = new ChunkDecoder(framing[1] === 'UNSIGNED' ? undefined : chunks, trailers);
  return new RequestBody(message, { ...watchers, length, decoder });
}

function contentLength(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw new S3Error('InvalidArgument', 'The content length is not a number.');
  const length = Number(value);
  if (length > MAX_BYTES + MAX_FRAMING)
    throw new S3Error('EntityTooLarge', undefined, { MaxSizeAllowed: String(MAX_BYTES) });
  return length;
}
