import { GetObjectCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { createHmac, hash } from 'node:crypto';
import { runs } from '../../../test/long.js';
import {
  at,
  corpusKeys,
  credentials,
  longLived,
  sdk,
  stores,
  withGrant,
  type Store,
} from '../../../test/signature.kit.js';
import { canonicalQuery, escapePath } from './canonical.js';
import { hashSigner, QuerySigner, type UnsignedRequest } from './signature.js';

function ours(
  store: Store,
  key: string,
  { query, ...request }: Pick<UnsignedRequest, 'method' | 'headers'> & { query: Record<string, string> },
  expiresIn = 900,
): string {
  return new QuerySigner(store.config.region as string)
    .within({ origin: store.origin, credentials: credentials(store), at, expiresIn })
    .url({ path: `${store.prefix}${escapePath(key)}`, query: canonicalQuery(query), ...request });
}

const grant = 'Zm-b_r3J0oKq7Xw9A1sT-g';
const ascii = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));

describe.each(stores)('QuerySigner agrees with the SDK byte by byte: $name', (store) => {
  const read = async (key: string, response: { type?: string; disposition?: string; cache?: string } = {}) => {
    const command = new GetObjectCommand({
      Bucket: store.bucket,
      Key: key,
      ResponseContentType: response.type,
      ResponseContentDisposition: response.disposition,
      ResponseCacheControl: response.cache,
    });
    const expected = await getSignedUrl(sdk(store), withGrant(command, grant), { expiresIn: 900, signingDate: at });
    const query = {
      'x-grant': grant,
      'x-id': 'GetObject',
      ...(response.type !== undefined && { 'response-content-type': response.type }),
      ...(response.disposition !== undefined && { 'response-content-disposition': response.disposition }),
      ...(response.cache !== undefined && { 'response-cache-control': response.cache }),
    };
    return { expected, actual: ours(store, key, { method: 'GET', query }) };
  };

  test('reads of every accepted key of the corpus', async () => {
    expect(corpusKeys.length).toBeGreaterThan(30);
    for (const key of corpusKeys) {
      const { expected, actual } = await read(key, {
        disposition: `attachment; filename="a.pdf"; filename*=UTF-8''%C3%A4.pdf`,
      });
      expect(actual).toBe(expected);
    }
  });

  test('reads of generated keys, types and dispositions', async () => {
    const segment = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((s) => !s.includes('/') && !/^\.+$/.test(s));
    const header = fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        header,
        header,
        header,
        async (path, type, disposition, cache) => {
          const { expected, actual } = await read(`1/${path.join('/')}`, { type, disposition, cache });
          expect(actual).toBe(expected);
        },
      ),
      { numRuns: runs(60, 150) },
    );
  });

  test('a write with every declared property signed', async () => {
    const sha256 = Buffer.alloc(32, 7).toString('base64');
    const command = new PutObjectCommand({
      Bucket: store.bucket,
      Key: '1/uploads/a b+c.pdf',
      ContentLength: 1234,
      ContentType: 'application/pdf',
      ServerSideEncryption: 'AES256',
      ACL: 'private',
      IfNoneMatch: '*',
      ChecksumSHA256: sha256,
    });
    const expected = await getSignedUrl(sdk(store), withGrant(command, grant), {
      expiresIn: 300,
      signingDate: at,
      signableHeaders: new Set([
        'host',
        'content-type',
        'content-length',
        'if-none-match',
        'x-amz-acl',
        'x-amz-checksum-sha256',
        'x-amz-server-side-encryption',
      ]),
      unhoistableHeaders: new Set(['x-amz-acl', 'x-amz-checksum-sha256', 'x-amz-server-side-encryption']),
    });
    const headers = {
      'content-length': '1234',
      'content-type': 'application/pdf',
      'if-none-match': '*',
      'x-amz-acl': 'private',
      'x-amz-checksum-sha256': sha256,
      'x-amz-server-side-encryption': 'AES256',
    };
    expect(
      ours(
        store,
        '1/uploads/a b+c.pdf',
        { method: 'PUT', query: { 'x-grant': grant, 'x-id': 'PutObject' }, headers },
        300,
      ),
    ).toBe(expected);
    expect(expected).not.toContain('x-amz-checksum-crc32');
  });

  test('one part of a multipart upload', async () => {
    const UploadId = 'VXBsb2FkIElE+/=example';
    const command = new UploadPartCommand({
      Bucket: store.bucket,
      Key: '1/a',
      UploadId,
      PartNumber: 7,
      ContentLength: 99,
    });
    const expected = await getSignedUrl(sdk(store), withGrant(command, grant), { expiresIn: 300, signingDate: at });
    const query = { partNumber: '7', uploadId: UploadId, 'x-grant': grant, 'x-id': 'UploadPart' };
    expect(ours(store, '1/a', { method: 'PUT', query, headers: { 'content-length': '99' } }, 300)).toBe(expected);
  });
});

test('the signing key follows the day and the secret', () => {
  const used = new QuerySigner('eu-central-1');
  const sign = (signer: QuerySigner, day: string, with_: typeof longLived) =>
    signer
      .within({ origin: 'https://a.example', credentials: with_, at: new Date(`${day}T00:00:00Z`), expiresIn: 900 })
      .url({ method: 'GET', path: '/1/a' });
  const other = { ...longLived, secretAccessKey: 'another' };
  for (const [day, who] of [
    ['2026-01-01', longLived],
    ['2026-01-02', longLived],
    ['2026-01-01', other],
    ['2026-01-01', longLived],
  ] as const) {
    expect(sign(used, day, who)).toBe(sign(new QuerySigner('eu-central-1'), day, who));
  }
});

test('hashes are signed by HMAC-SHA256, whatever the length of what precedes them', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.string({ unit: ascii, maxLength: 200 }),
      (key, text) => {
        const sha256 = hash('sha256', text);
        expect(hashSigner(Buffer.from(key), text)(sha256)).toBe(
          createHmac('sha256', key)
            .update(text + sha256)
            .digest('hex'),
        );
      },
    ),
  );
});
