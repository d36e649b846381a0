import { readFile, writeFile } from 'node:fs/promises';
import type { Arguments } from './arguments.js';
import { UsageError, type ExitCode, type Io } from './io.js';

/** Whether a running application keeps organisations apart. 0: it held. 1: findings. 2: nothing could be tried. */
export async function proveCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const url = args.required('url');
  if (!/^https?:\/\/[^/]/.test(url)) throw new UsageError('--url begins with http:// or https://.');
  const tokens = [args.required('token-a'), args.required('token-b'), args.text('token-c')];
  const [jsonFile, ...more] = args.rest;
  if (more.length > 0 || (jsonFile !== undefined && !args.switch('json'))) {
    throw new UsageError('prove takes flags only; --json may be followed by a file.');
  }
  const file = args.text('samples');
  const samples = file === undefined ? undefined : await samplesFrom(file);
  // Testing code, which no other command needs.
  const { proveIsolation } = await import('../testing/prove/index.js');
  const report = await proveIsolation(
    { url },
    {
      organisations: tokens.filter((token) => token !== undefined).map((token) => ({ token })),
      openapi: args.text('openapi'),
      publicRoutes: args.list('public'),
      skip: args.list('skip'),
      ...(samples && { samples }),
      seed: args.whole('seed'),
      signal: io.signal,
      onProgress: (done, of, route) => io.progress(`[${done}/${of}] ${route}`),
    },
  );
  io.progress('');
  const junit = args.text('junit');
  if (junit !== undefined) await writeFile(junit, report.junit());
  if (jsonFile !== undefined) await writeFile(jsonFile, `${report.json()}\n`);
  io.out(args.switch('json') && jsonFile === undefined ? report.json() : report.text());
  if (report.findings.length > 0) return 1;
  if (report.tried.length > 0) return 0;
  io.err('No route could be used with success as the first organisation, so nothing is proved.');
  return 2;
}

async function samplesFrom(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`--samples: ${file} cannot be read.`);
  try {
    const samples: unknown = JSON.parse(text);
    if (typeof samples === 'object' && samples !== null && !Array.isArray(samples))
      return samples as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new UsageError(`--samples: ${file} holds no JSON object.`);
}
