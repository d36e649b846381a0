import type { CheckedBucketOptions } from '../../desired/bucket.options.js';
import { enforced, isDone, missing, mustBeRefused, said, unclear, type Guard } from './guard.js';
import type { ProbeBench } from '../probe-bench.js';

const stranger = 'https://stranger.invalid';
const provision = 'Run: nest-tenant-storage provision';
const withoutOrigins = (_bench: ProbeBench, { appOrigins }: CheckedBucketOptions) =>
  !appOrigins?.length && 'No web page uses the bucket (no app origin was given).';

const preflight = (bench: ProbeBench, origin: string) =>
  bench.send({
    method: 'OPTIONS',
    url: bench.rawUrl(bench.incoming()),
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': Object.keys(bench.uploadHeaders())
        .filter((name) => name !== 'content-length')
        .join(','),
    },
  });

/** What pages elsewhere must not do with a URL, and pages of ours must be able to. */
export const browserGuards: Guard[] = [
  {
    id: 'cors-own-pages',
    title: 'Pages of the application may upload',
    fix: provision,
    skip: withoutOrigins,
    async probe(bench, { appOrigins = [] }) {
      for (const origin of appOrigins) {
        const answer = await preflight(bench, origin);
        if (!isDone(answer)) return missing(`A page at ${origin} cannot upload: ${said(answer)}.`);
      }
      return enforced('They may.');
    },
  },
  {
    id: 'cors-other-pages',
    title: 'An upload by a page elsewhere',
    fix: provision,
    skip: withoutOrigins,
    async probe(bench) {
      const answer = await preflight(bench, stranger);
      return answer.headers['access-control-allow-origin'] === undefined
        ? enforced(`No permission: ${said(answer)}.`)
        : missing(`Any page may (${said(answer)}).`);
    },
  },
  {
    id: 'foreign-referer',
    title: 'A read URL embedded by a page elsewhere',
    fix: provision,
    skip: withoutOrigins,
    async probe(bench, { appOrigins = [] }) {
      const key = bench.file();
      await bench.put(key);
      const read = (referer: string) => bench.ask({ key }, {}, { headers: { referer } });
      const control = await read(`${appOrigins[0]}/`);
      if (!isDone(control)) return unclear(`A page of the application is refused too: ${said(control)}.`);
      return mustBeRefused(await read(`${stranger}/`));
    },
  },
];
