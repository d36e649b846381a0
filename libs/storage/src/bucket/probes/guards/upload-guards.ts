import { encryptionHeader, keyHeader } from '../../../store/writing/write-headers.js';
import { createHash } from 'node:crypto';
import { isDone, isRefused, mustBeRefused, mustWork, type Guard, type Outcome } from './guard.js';
import { probeBytes, type ProbeBench } from '../probe-bench.js';

const broken = 'Do not offer direct uploads on this store: the ticket does not bind what is sent.';
const provision = 'Run: nest-tenant-storage provision';

/** Signs a proper upload, and sends it properly once before it sends it with `headers` and `body` changed. */
export async function changedUpload(
  bench: ProbeBench,
  change: { headers?: Record<string, string | undefined>; body?: string },
  signed: Record<string, string> = bench.uploadHeaders(),
): Promise<Outcome> {
  const upload = () => ({ method: 'PUT' as const, key: bench.incoming(), headers: signed, body: probeBytes });
  const control = await bench.ask(upload());
  const failed = mustWork(control, 'The proper upload');
  if (failed) return failed;
  const { body = probeBytes } = change;
  const sent = { ...signed, 'content-length': String(body.length), ...change.headers };
  const headers = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  return mustBeRefused(await bench.ask(upload(), {}, { headers: headers as Record<string, string>, body }));
}

/** A write that is signed as it is sent, and must be refused all the same. */
const forbiddenWrite = async (bench: ProbeBench, key: string, more: Record<string, string>, less: string[] = []) => {
  const headers = { ...bench.uploadHeaders(), ...more };
  for (const name of less) delete headers[name];
  return bench.ask({ method: 'PUT', key, headers, body: probeBytes });
};

const hash = (text: string) => createHash('sha256').update(text).digest('base64');

/** What a ticket for a PUT, or a signed write, must not be good for. */
export const uploadGuards: Guard[] = [
  {
    id: 'upload-length',
    title: 'An upload of another length',
    fix: broken,
    async probe(bench) {
      const longer = await changedUpload(bench, { body: `${probeBytes}!` });
      return longer.verdict === 'enforced' ? changedUpload(bench, { body: probeBytes.slice(1) }) : longer;
    },
  },
  {
    id: 'upload-type',
    title: 'An upload of another content type',
    fix: broken,
    probe: (bench) => changedUpload(bench, { headers: { 'content-type': 'text/html' } }),
  },
  {
    id: 'upload-encryption',
    title: 'An upload that leaves the signed encryption out',
    fix: broken,
    skip: ({ settings }) => settings.encryption === 'none' && 'No encryption is asked for.',
    probe: (bench) => changedUpload(bench, { headers: { [encryptionHeader]: undefined } }),
  },
  {
    id: 'unsigned-metadata',
    title: 'An upload with an x-amz-meta header that was not signed',
    capability: 'refusesUnsignedHeaders',
    fix: '',
    probe: (bench) => changedUpload(bench, { headers: { 'x-amz-meta-probe': 'added' } }),
  },
  {
    id: 'unsigned-acl',
    title: 'An upload with an x-amz-acl header that was not signed',
    capability: 'refusesUnsignedHeaders',
    fix: '',
    probe(bench) {
      const { 'x-amz-acl': _unsigned, ...signed } = bench.uploadHeaders();
      return changedUpload(bench, { headers: { 'x-amz-acl': 'public-read' } }, signed);
    },
  },
  {
    id: 'unsigned-copy-source',
    title: 'An upload with an x-amz-copy-source header that was not signed',
    capability: 'refusesUnsignedHeaders',
    fix: '',
    async probe(bench) {
      const secret = bench.file();
      await bench.put(secret);
      const source = `/${bench.settings.bucket}/${secret}`;
      return changedUpload(bench, { headers: { 'x-amz-copy-source': source } });
    },
  },
  {
    id: 'wrong-hash',
    title: 'An upload whose bytes are not those of the signed SHA-256',
    capability: 'checksums',
    fix: '',
    probe(bench) {
      const signed = { ...bench.uploadHeaders(), 'x-amz-checksum-sha256': hash(probeBytes) };
      return changedUpload(bench, { body: probeBytes.toUpperCase() }, signed);
    },
  },
  {
    id: 'another-encryption',
    title: 'A write with an encryption that is not the one of the options',
    fix: provision,
    skip: ({ settings }) => settings.encryption === 'none' && 'No encryption is asked for.',
    async probe(bench) {
      const other = bench.settings.encryption === 'AES256' ? 'aws:kms' : 'AES256';
      return mustBeRefused(await forbiddenWrite(bench, bench.incoming(), { [encryptionHeader]: other }, [keyHeader]));
    },
  },
  {
    id: 'customer-key',
    title: 'A write encrypted with a key that only the uploader has',
    fix: provision,
    skip: (_bench, { store }) => !store.policyKnowsCustomerKeys && 'The policies of this store cannot tell.',
    async probe(bench) {
      const key = Buffer.alloc(32, 7);
      const name = encryptionHeader;
      const customer = {
        [`${name}-customer-algorithm`]: 'AES256',
        [`${name}-customer-key`]: key.toString('base64'),
        [`${name}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
      };
      return mustBeRefused(await forbiddenWrite(bench, bench.incoming(), customer, [name, keyHeader]));
    },
  },
  {
    id: 'outside-layout',
    title: 'A write to a key outside the layout',
    fix: provision,
    async probe(bench) {
      const key = bench.outside();
      const put = await forbiddenWrite(bench, key, {});
      // Nothing to clean up, and perhaps no right to.
      if (isRefused(put)) bench.touched.delete(key);
      return mustBeRefused(put);
    },
  },
  {
    id: 'public-acl',
    title: 'A write that makes its object public',
    fix: 'Switch Block Public Access on: nest-tenant-storage provision',
    async probe(bench) {
      const key = bench.incoming();
      const put = await forbiddenWrite(bench, key, { 'x-amz-acl': 'public-read' });
      if (!isDone(put)) return mustBeRefused(put);
      const got = await bench.send({ method: 'GET', url: bench.rawUrl(key) });
      return mustBeRefused(got, 'Everybody can read it');
    },
  },
];
