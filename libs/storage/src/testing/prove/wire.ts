import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Sent {
  method: string;
  /** In full, sent as it stands: nothing tidies the path. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Of JSON; undefined for everything else. */
  json: unknown;
  milliseconds: number;
}

const mostBytes = 32 * 1024 * 1024;
const mostMilliseconds = 30_000;

export interface Wire {
  send(request: Sent): Promise<Answer>;
  close(): void;
}

export function openWire(): Wire {
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  return {
    send: (request) => send(request, agents),
    close: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}

function send({ method, url, headers, body }: Sent, agents: Record<'http:' | 'https:', HttpAgent>): Promise<Answer> {
  const [, origin = '', path = '/'] = /^(https?:\/\/[^/?#]+)([^#]*)/s.exec(url) ?? [];
  const { protocol, hostname, port } = new URL(origin);
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = {
      method,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      agent: agents[protocol as 'http:' | 'https:'],
      timeout: mostMilliseconds,
      headers: {
        'accept-encoding': 'identity',
        ...(body !== undefined && { 'content-length': body.length }),
        ...headers,
      },
    };
    const request = (protocol === 'https:' ? httpsRequest : httpRequest)(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > mostBytes) response.destroy(new Error(`The answer to ${method} ${path} is longer than 32 MiB.`));
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const bytes = Buffer.concat(chunks);
        resolve({ status, headers, body: bytes, json: jsonOf(bytes), milliseconds: performance.now() - begun });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} was not answered in 30 seconds.`)));
    request.on('error', reject);
    request.end(body);
  });
}

function jsonOf(body: Buffer): unknown {
  const [first] = body;
  if (first !== 0x7b && first !== 0x5b && first !== 0x22) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

export const isGood = ({ status }: Pick<Answer, 'status'>) => status >= 200 && status < 300;

/** The stable code of an error, where there is one. */
export function codeOf({ json }: Answer): string | undefined {
  const { code } = (typeof json === 'object' && json !== null ? json : {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
