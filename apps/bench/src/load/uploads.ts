import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { content, contentType } from './content.js';

export interface UploadLoad {
  port: number;
  authorization?: string;
  /** A raw PUT to `{path}/{name}`, or a form POST to `path`. */
  as: 'raw' | 'form';
  path: string;
  /** Each file is `{name}-{number}.pdf`. */
  name: string;
  /** Bytes of each file. */
  size: number;
  files: number;
  concurrency: number;
}

/** Milliseconds that it takes to upload all files. Each must be accepted. */
export async function uploads(load: UploadLoad): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency });
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: load.concurrency }, async () => {
      while (next < load.files) await upload(load, `${load.name}-${next++}.pdf`, agent);
    }),
  );
  const took = performance.now() - start;
  agent.destroy();
  return took;
}

async function upload({ port, authorization, as, path, size }: UploadLoad, name: string, agent: Agent): Promise<void> {
  const { before, after, type } = as === 'form' ? frame(name) : { before: '', after: '', type: contentType };
  const headers: OutgoingHttpHeaders = {
    'content-type': type,
    'content-length': before.length + size + after.length,
    ...(authorization && { authorization }),
  };
  const sending = request({
    host: '127.0.0.1',
    port,
    agent,
    headers,
    method: as === 'form' ? 'POST' : 'PUT',
    path: as === 'form' ? path : path.replace('{name}', name),
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  if (before) sending.write(before);
  for (const chunk of content(size)) if (!sending.write(chunk)) await Promise.race([once(sending, 'drain'), answered]);
  sending.end(after);
  const [response] = await answered;
  const body = await text(response);
  if (response.statusCode! > 201)
    throw new Error(`An upload was answered ${response.statusCode}: ${body.slice(0, 500)}`);
}

function frame(name: string) {
  const boundary = '----bench-4c1d9a7e';
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
  return {
    before: `--${boundary}\r\n${disposition}\r\nContent-Type: ${contentType}\r\n\r\n`,
    after: `\r\n--${boundary}--\r\n`,
    type: `multipart/form-data; boundary=${boundary}`,
  };
}
