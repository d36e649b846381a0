import { enforced, isDone, missing, mustBeRefused, said, unclear, type Guard, type Outcome } from './guard.js';
import { newGrant } from '../../../store/signing/grant.js';
import { probeBytes, type ProbeBench } from '../probe-bench.js';
import type { Signed } from '../probe-request.js';

const broken = 'Do not use this store: whoever has one URL has more than its object.';
const provision = 'Run: nest-tenant-storage provision';
const year = 365 * 24 * 3600;
const week = 7 * 24 * 3600;

/** An object that can be read by a proper URL: without that, a refusal proves nothing. */
async function readable(bench: ProbeBench): Promise<{ key: string } | Outcome> {
  const key = bench.file();
  const put = await bench.put(key);
  const got = isDone(put) ? await bench.ask({ key }) : put;
  return isDone(got) ? { key } : unclear(`The proper request did not work: ${said(got)}.`);
}

const onReadable =
  (probe: (bench: ProbeBench, key: string) => Promise<Outcome>): Guard['probe'] =>
  async (bench) => {
    const found = await readable(bench);
    return 'key' in found ? probe(bench, found.key) : found;
  };

const readSigned = (signed: Signed) =>
  onReadable(async (bench, key) => mustBeRefused(await bench.ask({ key }, signed)));

/** What a presigned URL, or the lack of one, must not be good for. */
export const urlGuards: Guard[] = [
  {
    id: 'anonymous-read',
    title: 'A read without a signature',
    fix: 'Switch Block Public Access on, and look for what makes the bucket public.',
    probe: onReadable(async (bench, key) => mustBeRefused(await bench.send({ method: 'GET', url: bench.rawUrl(key) }))),
  },
  {
    id: 'tampered-signature',
    title: 'A URL whose signature was changed',
    fix: broken,
    probe: onReadable(async (bench, key) => {
      const { url } = await bench.sign({ key });
      const last = url.endsWith('0') ? '1' : '0';
      return mustBeRefused(await bench.send({ method: 'GET', url: url.slice(0, -1) + last }));
    }),
  },
  {
    id: 'another-key',
    title: 'A URL turned to another object',
    fix: broken,
    probe: onReadable(async (bench, key) => {
      const { url } = await bench.sign({ key: bench.file() });
      return mustBeRefused(await bench.send({ method: 'GET', url: bench.rawUrl(key) + url.slice(url.indexOf('?')) }));
    }),
  },
  {
    id: 'another-method',
    title: 'A read URL used to delete',
    fix: broken,
    probe: onReadable(async (bench, key) => mustBeRefused(await bench.ask({ key }, {}, { method: 'DELETE' }))),
  },
  {
    id: 'longer-life',
    title: 'A URL whose expiry was changed',
    fix: broken,
    probe: onReadable(async (bench, key) => {
      const { url } = await bench.sign({ key });
      const longer = url.replace('X-Amz-Expires=300', 'X-Amz-Expires=900');
      return mustBeRefused(await bench.send({ method: 'GET', url: longer }));
    }),
  },
  {
    id: 'signed-parameter',
    title: 'A URL with the name of its grant, x-grant, that was signed',
    fix: 'This store serves no URL of this module, each of which has one: read and write through the application.',
    probe: onReadable(async (bench, key) => {
      const answer = await bench.ask({ key, query: { 'x-grant': newGrant() } });
      return isDone(answer) ? enforced('It is served.') : missing(`It is not served: ${said(answer)}.`);
    }),
  },
  {
    id: 'added-parameter',
    title: 'A URL to which such a parameter was added',
    fix: broken,
    probe: onReadable(async (bench, key) => {
      const { url } = await bench.sign({ key });
      return mustBeRefused(await bench.send({ method: 'GET', url: `${url}&x-probe=${bench.run}` }));
    }),
  },
  {
    id: 'changed-grant',
    title: 'A URL whose grant was changed',
    fix: broken,
    probe: onReadable(async (bench, key) => {
      const [one, other] = [newGrant(), newGrant()];
      const { url } = await bench.sign({ key, query: { 'x-grant': one } });
      return mustBeRefused(await bench.send({ method: 'GET', url: url.replace(one, other) }));
    }),
  },
  { id: 'expired-url', title: 'A URL that has expired', fix: broken, probe: readSigned({ age: 3600, expiresIn: 900 }) },
  {
    id: 'future-url',
    title: 'A URL dated an hour ahead',
    severity: 'warning',
    fix: 'Whoever holds credentials of this store can make URLs for later; the module itself never dates one ahead.',
    probe: readSigned({ age: -3600, expiresIn: 900 }),
  },
  {
    id: 'year-long-url',
    title: 'A URL signed for a year',
    severity: 'warning',
    fix: 'Only the bucket policy bounds the life of a URL here.',
    probe: readSigned({ expiresIn: year }),
  },
  {
    id: 'stale-read',
    title: 'A read URL signed for a week, used after the bound',
    fix: provision,
    skip: (_bench, { store }) =>
      !store.policyKnowsSignature && 'The policies of this store cannot tell how old a signature is.',
    probe: (bench, options) => readSigned({ age: options.readSeconds + 300, expiresIn: week })(bench, options),
  },
  {
    id: 'stale-write',
    title: 'A write URL signed for a week, used after the bound',
    fix: provision,
    skip: (_bench, { store }) =>
      !store.policyKnowsSignature && 'The policies of this store cannot tell how old a signature is.',
    async probe(bench, { writeSeconds }) {
      const upload = { method: 'PUT' as const, headers: bench.uploadHeaders(), body: probeBytes };
      const control = await bench.ask({ ...upload, key: bench.incoming() });
      if (!isDone(control)) return unclear(`The proper request did not work: ${said(control)}.`);
      const late = { age: writeSeconds + 300, expiresIn: week };
      return mustBeRefused(await bench.ask({ ...upload, key: bench.incoming() }, late));
    },
  },
  {
    id: 'dot-segments',
    title: 'A key with dot segments that leads to another object',
    fix: 'The key policy refuses such keys; nothing else may make keys for this store.',
    probe: onReadable(async (bench, key) => {
      for (const dots of ['..', '%2e%2e']) {
        const detour = key.replace(/\/([^/]+)$/, `/x/${dots}/$1`);
        const { url } = await bench.sign({ key: detour });
        const asWritten = bench.rawUrl(detour) + url.slice(url.indexOf('?'));
        for (const each of new Set([url, asWritten])) {
          const answer = await bench.send({ method: 'GET', url: each });
          if (isDone(answer) && answer.body === probeBytes) return missing(`${dots} was resolved (${said(answer)}).`);
        }
      }
      return enforced('Not resolved.');
    }),
  },
  {
    id: 'plain-http',
    title: 'A read over plain HTTP',
    fix: provision,
    skip: ({ origin }) => origin.startsWith('http:') && 'The endpoint itself is plain HTTP.',
    probe: onReadable(async (bench, key) => {
      const { url } = await bench.sign({ key });
      try {
        const answer = await bench.send({ method: 'GET', url: url.replace(/^https:/, 'http:') });
        return answer.status >= 300 && answer.status < 400 ? enforced('Sent on to HTTPS.') : mustBeRefused(answer);
      } catch {
        return enforced('Nobody answers there.');
      }
    }),
  },
];
