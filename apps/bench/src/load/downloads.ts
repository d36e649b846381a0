import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

export interface DownloadLoad {
  port: number;
  authorization?: string;
  path: string;
  /** Bytes that must arrive. */
  size: number;
}

/** Milliseconds that one download takes. */
export async function downloads({ port, authorization, path, size }: DownloadLoad): Promise<number> {
  const start = performance.now();
  const asking = request({ host: '127.0.0.1', port, path, headers: { ...(authorization && { authorization }) } });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let received = 0;
  response.on('data', (chunk: Buffer) => (received += chunk.length));
  await once(response, 'end');
  if (response.statusCode !== 200 || received !== size) {
    throw new Error(`A download was answered ${response.statusCode}, ${received} bytes.`);
  }
  return performance.now() - start;
}
