import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface RawRequest {
  method: string;
  /** In full. Its path goes out as it stands here: no client tidies up dots or slashes. */
  url: string;
  headers: Record<string, string>;
  body?: Uint8Array;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const deadlineMs = 30_000;
/** Of an answer, more says nothing new. */
const longestAnswer = 1024 * 1024;

/** One request, byte for byte, on a connection of its own. */
export function sendRaw({ method, url, headers, body }: RawRequest): Promise<RawAnswer> {
  const [, protocol, hostname, port, path = '/'] =
    /^(https?):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(\/.*)?$/.exec(url) ?? [];
  if (!protocol || !hostname) return Promise.reject(new Error('This is not the URL of a request.'));
  const send = protocol === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      method,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path,
      agent: false,
      signal: AbortSignal.timeout(deadlineMs),
      headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= longestAnswer) chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        // What was refused before its body was read.
        request.destroy();
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
