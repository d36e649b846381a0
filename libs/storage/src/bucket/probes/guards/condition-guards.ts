import { encryptionHeader, onlyAsTheFirst, sha256Header } from '../../../store/writing/write-headers.js';
import { createHash } from 'node:crypto';
import { escapePath } from '../../../store/signing/canonical.js';
import {
  enforced,
  isDone,
  missing,
  mustBeRefused,
  mustWork,
  said,
  unclear,
  type Guard,
  type Outcome,
} from './guard.js';
import { beginUpload, complete, sendPart } from '../parts.js';
import { probeBytes, type ProbeBench } from '../probe-bench.js';

const copyTo = (bench: ProbeBench, from: string, to: string, conditions: Record<string, string>) =>
  bench.ask({
    method: 'PUT',
    key: to,
    headers: {
      'content-type': 'text/plain',
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-copy-source': `${bench.settings.bucket}/${escapePath(from)}`,
      ...bench.protection(),
      ...conditions,
    },
  });

const onlyOnce = async (write: () => ReturnType<ProbeBench['ask']>): Promise<Outcome> => {
  const first = await write();
  return mustWork(first, 'The first write') ?? mustBeRefused(await write(), 'The second write replaced the first');
};

/** What keeps two writers apart, and what the store says of what it stored. */
export const conditionGuards: Guard[] = [
  {
    id: 'create-only-put',
    title: 'A second PUT that asks to be the first',
    capability: 'conditionalWrites',
    fix: '',
    probe(bench) {
      const key = bench.incoming();
      const headers = { ...bench.uploadHeaders(), ...onlyAsTheFirst.headers };
      return onlyOnce(() => bench.ask({ method: 'PUT', key, headers, body: probeBytes }));
    },
  },
  {
    id: 'create-only-race',
    title: 'Eight PUTs at once that all ask to be the first',
    capability: 'conditionalWrites',
    fix: '',
    async probe(bench) {
      const key = bench.incoming();
      const request = {
        method: 'PUT' as const,
        key,
        headers: { ...bench.uploadHeaders(), ...onlyAsTheFirst.headers },
        body: probeBytes,
      };
      const answers = await Promise.all(Array.from({ length: 8 }, () => bench.ask(request)));
      const stored = answers.filter(isDone).length;
      const others = [...new Set(answers.filter((answer) => !isDone(answer)).map(said))].join(', ');
      if (stored > 1) return missing(`${stored} of them were stored.`);
      return stored === 1 ? enforced(`One was stored; the others: ${others}.`) : unclear(`None was stored: ${others}.`);
    },
  },
  {
    id: 'create-only-complete',
    title: 'A multipart upload completed over an object, asking to be the first',
    capability: 'conditionalCompletion',
    fix: '',
    async probe(bench) {
      const key = bench.incoming();
      const { failed, uploadId } = await beginUpload(bench, key);
      if (failed) return failed;
      const { sent, etag } = await sendPart(bench, key, uploadId);
      const unsent = mustWork(sent, 'A part');
      if (unsent) return unsent;
      await bench.put(key);
      return mustBeRefused(
        await complete(bench, key, uploadId, { etag }, onlyAsTheFirst.headers),
        'It replaced the object',
      );
    },
  },
  {
    id: 'create-only-copy',
    title: 'A copy onto an object, asking to be the first',
    capability: 'conditionalCopy',
    fix: '',
    async probe(bench) {
      const [from, to] = [bench.incoming(), bench.file()];
      await bench.put(from);
      return onlyOnce(() => copyTo(bench, from, to, onlyAsTheFirst.headers));
    },
  },
  {
    id: 'copy-onto-what-was-inspected',
    title: 'A copy onto an object that has changed since it was inspected',
    capability: 'conditionalCopy',
    fix: '',
    async probe(bench) {
      const [from, to] = [bench.incoming(), bench.file()];
      await bench.put(from);
      const present = await bench.put(to);
      const match = (etag: string) => copyTo(bench, from, to, { 'if-match': etag });
      const refused = mustBeRefused(await match(`"${'0'.repeat(32)}"`), 'It replaced the object');
      if (refused.verdict !== 'enforced') return refused;
      return (
        mustWork(await match(String(present.headers['etag'] ?? '')), 'A copy onto the inspected object') ?? refused
      );
    },
  },
  {
    id: 'copy-of-what-was-inspected',
    title: 'A copy of a source that has changed since it was inspected',
    capability: 'conditionalCopySource',
    fix: '',
    async probe(bench) {
      const from = bench.incoming();
      const put = await bench.put(from);
      const match = (etag: string) => copyTo(bench, from, bench.file(), { 'x-amz-copy-source-if-match': etag });
      const control = await match(String(put.headers['etag'] ?? ''));
      return mustWork(control, 'A conditional copy') ?? mustBeRefused(await match(`"${'0'.repeat(32)}"`));
    },
  },
  {
    id: 'part-length',
    title: 'A part of another length',
    fix: 'Do not offer multipart tickets on this store.',
    async probe(bench) {
      const key = bench.incoming();
      const { failed, uploadId } = await beginUpload(bench, key);
      if (failed) return failed;
      const unsent = mustWork((await sendPart(bench, key, uploadId)).sent, 'A part');
      return unsent ?? mustBeRefused((await sendPart(bench, key, uploadId, {}, `${probeBytes}!`)).sent);
    },
  },
  {
    id: 'hash-reported',
    title: 'The SHA-256 of an object is reported',
    capability: 'checksums',
    fix: '',
    async probe(bench) {
      const key = bench.incoming();
      const sha256 = createHash('sha256').update(probeBytes).digest('base64');
      const headers = { ...bench.uploadHeaders(), [sha256Header]: sha256 };
      const put = await bench.ask({ method: 'PUT', key, headers, body: probeBytes });
      const failed = mustWork(put, 'An upload with its hash');
      if (failed) return failed;
      const head = await bench.ask({ method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      return head.headers[sha256Header] === sha256 ? enforced('Reported.') : missing('Not reported.');
    },
  },
  {
    id: 'encryption-reported',
    title: 'The encryption of an object is reported',
    capability: 'reportsEncryption',
    fix: '',
    skip: ({ settings }) => settings.encryption === 'none' && 'No encryption is asked for.',
    async probe(bench) {
      const key = bench.incoming();
      const put = await bench.put(key);
      if (!isDone(put)) return unclear(`The upload did not work: ${said(put)}.`);
      const reported = (await bench.ask({ method: 'HEAD', key })).headers[encryptionHeader];
      const wanted = bench.protection()[encryptionHeader];
      return reported === wanted ? enforced(`Reported: ${reported}.`) : missing(`Reported: ${reported ?? 'nothing'}.`);
    },
  },
  {
    id: 'absent-object',
    title: 'An absent object is told from a forbidden one',
    fix: 'Allow s3:ListBucket with the prefixes that nest-tenant-storage policy iam-app (or iam-tenant) prints.',
    async probe(bench) {
      const head = await bench.ask({ method: 'HEAD', key: bench.file() });
      return head.status === 404 ? enforced('404.') : missing(`The store answered ${said(head)}, not 404.`);
    },
  },
];
