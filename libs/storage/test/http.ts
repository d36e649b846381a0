import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { UploadTicket } from '../src/direct/declared-upload.js';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One HTTP request as given: no client normalises the path, follows redirects or adds headers. */
export function send(
  method: string,
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Uint8Array | string } = {},
): Promise<Reply> {
  const [, origin = '', path = '/'] = /^(https?:\/\/[^/]+)(\/.*)?$/s.exec(url) ?? [];
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ method, hostname, port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    if (body !== undefined && !('transfer-encoding' in headers))
      request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}

/** A form as browsers send it: fields in order, the file last. */
export function formOf(fields: Record<string, string>, file: Uint8Array, boundary = '----form-boundary') {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** Follows a ticket as a client would. */
export function follow(ticket: UploadTicket, bytes: Uint8Array): Promise<Reply> {
  if (ticket.method === 'PUT') return send('PUT', ticket.url, { headers: ticket.headers, body: bytes });
  if (ticket.method === 'POST') return send('POST', ticket.url, formOf(ticket.fields, bytes));
  throw new Error('A multipart ticket is followed step by step.');
}
