import { content } from './content.js';

export interface Patient {
  port: number;
  authorization: string;
  /** Rounds of a list, an upload, a URL and a read; fewer when they take longer than `mostMs`. */
  rounds: number;
  mostMs: number;
}

export interface Waits {
  /** Milliseconds of each request that was answered 2xx. */
  ms: number[];
  errors: string[];
}

const scan = Buffer.concat([...content(20 * 1024)]);

/** What one user does beside others, one request after the other. */
export async function waits({ port, authorization, rounds, mostMs }: Patient): Promise<Waits> {
  const result: Waits = { ms: [], errors: [] };
  const ask = async (path: string, init: RequestInit = {}) => {
    const start = performance.now();
    const headers = { authorization, ...(init.body && { 'content-type': 'application/pdf' }) };
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
      const text = await answer.text();
      if (answer.ok) result.ms.push(performance.now() - start);
      else result.errors.push(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text.slice(0, 200)}`);
    } catch (error) {
      result.errors.push(`${init.method ?? 'GET'} ${path}: ${String(error)}`);
    }
  };
  const begin = performance.now();
  for (let i = 0; i < rounds && performance.now() - begin < mostMs; i += 1) {
    const file = `/files/scan-${process.hrtime.bigint()}.pdf`;
    await ask(file, { method: 'PUT', body: scan });
    await ask('/files?urls=true');
    await ask(`${file}/url`);
    await ask(`${file}/content`);
  }
  return result;
}
