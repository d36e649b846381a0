import { mustWork, type Outcome } from './guards/guard.js';
import { probeBytes, type ProbeBench } from './probe-bench.js';
import type { Signed } from './probe-request.js';

/** Begins a multipart upload with what every upload says of itself. */
export async function beginUpload(
  bench: ProbeBench,
  key: string,
  more: Record<string, string> = {},
  signed?: Signed,
): Promise<{ failed?: Outcome; uploadId: string }> {
  const { 'content-length': _none, ...headers } = { ...bench.uploadHeaders(), ...more };
  const begun = await bench.ask({ method: 'POST', key, query: { uploads: '' }, headers }, signed);
  const [, uploadId = ''] = /<UploadId>([^<]+)<\/UploadId>/.exec(begun.body) ?? [];
  return { failed: mustWork(begun, 'A multipart upload'), uploadId };
}

/** Sends `part` as the first part, signed for the length of `probeBytes`. */
export async function sendPart(
  bench: ProbeBench,
  key: string,
  uploadId: string,
  more: Record<string, string> = {},
  part: string = probeBytes,
) {
  const headers = { 'content-length': String(probeBytes.length), ...more };
  const step = { method: 'PUT' as const, key, query: { partNumber: '1', uploadId }, headers, body: part };
  const change = { headers: { ...headers, 'content-length': String(part.length) } };
  const sent = await bench.ask(step, {}, change);
  return { sent, etag: String(sent.headers['etag'] ?? '') };
}

/** Completes it with one part. */
export const complete = (
  bench: ProbeBench,
  key: string,
  uploadId: string,
  { etag, sha256 }: { etag: string; sha256?: string },
  headers: Record<string, string> = {},
  signed?: Signed,
) => {
  const checksum = sha256 === undefined ? '' : `<ChecksumSHA256>${sha256}</ChecksumSHA256>`;
  const part = `<Part><PartNumber>1</PartNumber><ETag>${etag}</ETag>${checksum}</Part>`;
  const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
  return bench.ask({ method: 'POST', key, query: { uploadId }, headers, body }, signed);
};
