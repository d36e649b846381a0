import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface WireRequest {
  method: string;
  /** Sent as it stands: no segment is resolved, no character escaped. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
}

export interface WireAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** Connections that are used again: TLS begins once, not for each of some hundred requests. */
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

const maxAnswerBytes = 1024 * 1024;

/**
 * One HTTP request exactly as written, for what no well-behaved client would send. Follows no redirect, tries once; where a
 * connection that was used before had been closed meanwhile, on a new one.
 */
export async function send(request: WireRequest, options: SendOptions): Promise<WireAnswer> {
  try {
    return await sendOn('kept', request, options);
  } catch (error) {
    if (!(error instanceof ClosedMeanwhile)) throw error;
    return sendOn('new', request, options);
  }
}

interface SendOptions {
  signal?: AbortSignal | undefined;
  timeoutMs: number;
}

class ClosedMeanwhile extends Error {}

function sendOn(
  connection: 'kept' | 'new',
  { method, url, headers = {}, body = '' }: WireRequest,
  { signal, timeoutMs }: SendOptions,
): Promise<WireAnswer> {
  const [, protocol, host = '', path] = /^(https?):\/\/([^/]+)(\/.*)$/s.exec(url) ?? [];
  const [, hostname, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const length = String(Buffer.byteLength(body));
  const sent = { host, ...(['PUT', 'POST'].includes(method) && { 'content-length': length }), ...headers };
  // What is more than was said would be read as the next request.
  const isAsSaid = (sent['content-length'] ?? '0') === length;
  return new Promise((resolve, reject) => {
    const request = (protocol === 'https' ? httpsRequest : httpRequest)(
      {
        method,
        hostname: hostname?.replace(/^\[|\]$/g, ''),
        port,
        path,
        headers: sent,
        signal,
        timeout: timeoutMs,
        agent: connection === 'kept' && isAsSaid && (protocol === 'https' ? agents.https : agents.http),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= maxAnswerBytes) chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('The store did not answer in time.')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isClosed ? new ClosedMeanwhile() : error);
    });
    request.end(body);
  });
}

/** A browser's form, the file last. */
export function formBody(fields: Readonly<Record<string, string>>, file: string) {
  const boundary = '----nest-tenant-storage-doctor';
  const part = (name: string, value: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(name, value));
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}${part('file', file, '; filename="probe.txt"')}--${boundary}--\r\n`,
  };
}
