import { createHash } from 'node:crypto';
import { escapePath } from '../../s3/canonical.js';
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
import { probeBytes, type ProbeBench } from './probe-bench.js';

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

/** Begins a multipart upload of one part of `probeBytes`; `part` changes what is sent as the part. */
async function beginParts(bench: ProbeBench, key: string, part: string = probeBytes) {
  const { 'content-length': _none, ...headers } = bench.uploadHeaders();
  const begun = await bench.ask({ method: 'POST', key, query: { uploads: '' }, headers });
  const [, uploadId = ''] = /<UploadId>([^<]+)<\/UploadId>/.exec(begun.body) ?? [];
  const failed = mustWork(begun, 'A multipart upload');
  if (failed) return { failed };
  const step = {
    method: 'PUT' as const,
    key,
    query: { partNumber: '1', uploadId },
    headers: { 'content-length': String(probeBytes.length) },
    body: part,
  };
  const sent = await bench.ask(step, {}, { headers: { 'content-length': String(part.length) } });
  return { uploadId, sent, etag: String(sent.headers['etag'] ?? '') };
}

const complete = (bench: ProbeBench, key: string, uploadId: string, ETag: string, headers: Record<string, string>) =>
  bench.ask({
    method: 'POST',
    key,
    query: { uploadId },
    headers,
    body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${ETag}</ETag></Part></CompleteMultipartUpload>`,
  });

const onlyOnce = async (write: () => ReturnType<ProbeBench['ask']>): Promise<Outcome> => {
  const first = await write();
  return mustWork(first, 'The first write') ?? mustBeRefused(await write(), 'The second write replaced the first');
};

const createOnly = { 'if-none-match': '*' };

/** What keeps two writers apart, and what the store says of what it stored. */
export const conditionGuards: Guard[] = [
  {
    id: 'create-only-put',
    title: 'A second PUT that asks to be the first',
    capability: 'conditionalWrites',
    fix: '',
    probe(bench) {
      const key = bench.incoming();
      const headers = { ...bench.uploadHeaders(), ...createOnly };
      return onlyOnce(() => bench.ask({ method: 'PUT', key, headers, body: probeBytes }));
    },
  },
  {
    id: 'create-only-complete',
    title: 'A multipart upload completed over an object, asking to be the first',
    capability: 'conditionalCompletion',
    fix: '',
    async probe(bench) {
      const key = bench.incoming();
      const { failed, uploadId, sent, etag } = await beginParts(bench, key);
      if (failed) return failed;
      const unsent = mustWork(sent, 'A part');
      if (unsent) return unsent;
      await bench.put(key);
      return mustBeRefused(await complete(bench, key, uploadId, etag, createOnly), 'It replaced the object');
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
      return onlyOnce(() => copyTo(bench, from, to, createOnly));
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
      const proper = await beginParts(bench, bench.incoming());
      if (proper.failed) return proper.failed;
      const unsent = mustWork(proper.sent, 'A part');
      if (unsent) return unsent;
      const longer = await beginParts(bench, bench.incoming(), `${probeBytes}!`);
      return longer.failed ?? mustBeRefused(longer.sent);
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
      const headers = { ...bench.uploadHeaders(), 'x-amz-checksum-sha256': sha256 };
      const put = await bench.ask({ method: 'PUT', key, headers, body: probeBytes });
      const failed = mustWork(put, 'An upload with its hash');
      if (failed) return failed;
      const head = await bench.ask({ method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      return head.headers['x-amz-checksum-sha256'] === sha256 ? enforced('Reported.') : missing('Not reported.');
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
      const reported = (await bench.ask({ method: 'HEAD', key })).headers['x-amz-server-side-encryption'];
      const wanted = bench.protection()['x-amz-server-side-encryption'];
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
