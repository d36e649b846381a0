import { GetObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { at, corpusKeys, sdk, stores, withGrant, type Store } from '../../../test/signature.kit.js';
import { belongsToOrg, prefixBelongsToOrg, type KeyPrefix, type ObjectKey } from '../../keys/object-key.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { safeHeaders } from '../../files/reads/stored-file.js';
import { readRequest } from '../object-requests.js';
import { newGrant } from './grant.js';
import { Presigner } from './presigner.js';

const org = parseOrgId('11');
const fileName = fc
  .string({ unit: fc.constantFrom(...`abz09 ._-()+,&=@!'äßÿ漢🙂`), minLength: 1, maxLength: 20 })
  .filter((name) => belongsToOrg(`11/uploads/${name}`, org));

/** Where clients reach the store by another address than the application does. */
const behindProxy: Store = {
  ...stores.at(-1)!,
  name: 'a public endpoint',
  config: { ...stores.at(-1)!.config, endpoint: 'https://files.example.com' },
};

beforeEach(() => {
  jest.useFakeTimers({ now: at, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'setTimeout'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe.each([...stores, behindProxy])('Presigner agrees with the SDK byte by byte: $name', (store) => {
  const { config, bucket } = store;
  const endpoint = config.endpoint as string | undefined;
  const presigner = new Presigner(
    storageSettings({
      bucket,
      region: config.region as string,
      ...(endpoint && { endpoint: store === behindProxy ? 'http://store:9000' : endpoint, publicEndpoint: endpoint }),
    }),
  );
  const client = sdk(store);
  const headersOf = (key: string) => safeHeaders({ fileName: key.split('/').at(-1)!, contentType: 'image/png' }, 'inline'); // prettier-ignore

  async function expectSameRead(key: string): Promise<void> {
    const headers = headersOf(key);
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentType: headers.contentType,
      ResponseContentDisposition: headers.contentDisposition,
      ResponseCacheControl: headers.cacheControl,
    });
    const grant = newGrant();
    const request = { ...readRequest(headers), grant };
    const expected = await getSignedUrl(client, withGrant(command, grant), { expiresIn: 900, signingDate: at });
    const moment = await presigner.moment(client, { expiresIn: 900 });
    expect(presigner.url(moment, org, key as ObjectKey, request).url).toBe(expected);
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    expect(prefixBelongsToOrg(folder, org)).toBe(true);
    expect(presigner.urlsIn(moment, org, folder as KeyPrefix)(key, request)?.url).toBe(expected);
  }

  async function expectSamePost(key: string, size: number): Promise<void> {
    const fields = {
      'Content-Type': 'image/png',
      acl: 'private',
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-checksum-sha256': Buffer.alloc(32, size).toString('base64'),
    };
    const range: [string, number, number] = ['content-length-range', size, size];
    const expected = await createPresignedPost(client, { Bucket: bucket, Key: key, Fields: fields, Conditions: [range as never], Expires: 300 }); // prettier-ignore
    const moment = await presigner.moment(client, { expiresIn: 300 });
    const actual = presigner.post(moment, org, key as ObjectKey, { fields, conditions: [range] });
    expect(new URL(actual.url)).toEqual(new URL(expected.url));
    expect(actual.fields).toEqual(expected.fields);
  }

  test('read URLs and forms for every key of the corpus', async () => {
    expect(corpusKeys.length).toBeGreaterThan(30);
    for (const [i, key] of corpusKeys.entries()) {
      await expectSameRead(key);
      await expectSamePost(key, i + 1);
    }
  });

  test('read URLs and forms for generated names', async () => {
    await fc.assert(
      fc.asyncProperty(fileName, fc.integer({ min: 1, max: 262_144_000 }), async (name, size) => {
        await expectSameRead(`11/uploads/forms/7/field_3/${name}`);
        await expectSamePost(`11/uploads/forms/7/field_3/${name}`, size);
      }),
      { numRuns: 60 },
    );
  });
});
