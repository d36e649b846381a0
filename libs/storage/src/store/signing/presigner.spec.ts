import { S3Client } from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import { layout } from '../../keys/layout.js';
import { orgScopedKey } from '../../keys/object-key.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { grantOfUpload, grantPattern, newGrant } from './grant.js';
import { writeOf } from '../file-metadata.js';
import { Presigner, type Lifetime } from './presigner.js';

const org = parseOrgId('1');
const key = orgScopedKey(org, 'uploads/a.pdf');
const base = { bucket: 'clinic-files', region: 'eu-central-1' };
const keys = { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' };
const get = { method: 'GET' as const };

beforeEach(() => {
  jest.useFakeTimers({
    now: new Date('2026-03-01T12:00:00.400Z'),
    doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A client whose credentials last so many seconds, in order of asking. */
function clientWith(...lives: (number | undefined)[]) {
  const asked: number[] = [];
  const client = new S3Client({
    region: base.region,
    credentials: async (): Promise<AwsCredentialIdentity> => {
      const life = lives[Math.min(asked.length, lives.length - 1)];
      asked.push(life ?? Infinity);
      return { ...keys, ...(life !== undefined && { expiration: new Date(Date.now() + life * 1000) }) };
    },
  });
  return { client, asked };
}

const secondsOf = (url: string) => Number(new URL(url).searchParams.get('X-Amz-Expires'));
const presigner = (options: object = {}) => new Presigner(storageSettings({ ...base, ...options }));

async function sign(client: S3Client, life: Lifetime, signer = presigner()) {
  return signer.url(await signer.moment(client, life), org, key, get);
}

test.each([
  ['long-lived keys', [undefined], 900, 1],
  ['keys that outlive the URL', [3600], 900, 1],
  ['keys about to end, which are renewed first', [600, 3600], 900, 2],
  ['keys that end within the margin', [930, 3600], 900, 2],
  ['keys that cannot be renewed: the URL is as short as they are', [400, 400], 400, 2],
  ['renewed keys that are still too short', [100, 200], 200, 2],
])('the expiry is true: %s', async (_name, lives, seconds, asks) => {
  const { client, asked } = clientWith(...lives);
  const { url, expiresAt } = await sign(client, { expiresIn: 900 });
  expect(secondsOf(url)).toBe(seconds);
  expect(expiresAt.getTime()).toBe(new Date('2026-03-01T12:00:00Z').getTime() + seconds * 1000);
  expect(asked.length).toBeGreaterThanOrEqual(asks);
});

test('a source that has nothing longer is not asked for every URL', async () => {
  const { client, asked } = clientWith(600);
  const signer = presigner();
  for (let i = 0; i < 20; i++) await sign(client, { expiresIn: 900 }, signer);
  expect(asked).toHaveLength(2);
  jest.setSystemTime(Date.now() + 31_000);
  await sign(client, { expiresIn: 900 }, signer);
  expect(asked).toHaveLength(3);
});

test('what one second signs it signs with the same; the next asks anew', async () => {
  const { client } = clientWith(undefined);
  const signer = presigner();
  const life = { expiresIn: 900 };
  const first = await signer.moment(client, life);
  jest.setSystemTime(new Date('2026-03-01T12:00:00.999Z'));
  expect(await signer.moment(client, life)).toBe(first);
  expect((await signer.moment(client, { expiresIn: 60 })).expiresAt).toEqual(new Date('2026-03-01T12:01:00Z'));
  const others = clientWith(undefined);
  expect(await signer.moment(others.client, life)).not.toBe(first);
  expect(others.asked).toHaveLength(1);
  jest.setSystemTime(new Date('2026-03-01T12:00:01.000Z'));
  expect(secondsOf((await sign(client, life, signer)).url)).toBe(900);
  expect((await signer.moment(client, life)).expiresAt).toEqual(new Date('2026-03-01T12:15:01Z'));
  const rounded = await signer.moment(client, { ...life, roundTo: 300 });
  expect(rounded.expiresAt).toEqual(new Date('2026-03-01T12:15:00Z'));
});

test('when renewing fails, the keys at hand sign as long as they last', async () => {
  let asked = 0;
  const client = new S3Client({
    region: base.region,
    credentials: async () => {
      asked += 1;
      if (asked > 1) throw new Error('no answer');
      return { ...keys, expiration: new Date(Date.now() + 600_000) };
    },
  });
  expect(secondsOf((await sign(client, { expiresIn: 900 })).url)).toBe(600);
});

test('expired keys sign nothing', async () => {
  const { client } = clientWith(-5);
  await expect(sign(client, { expiresIn: 900 })).rejects.toMatchObject({
    code: 'store_refused',
  });
});

test("a store's clock that differs is followed", async () => {
  const { client } = clientWith(undefined);
  client.config.systemClockOffset = -3_600_000;
  const { url } = await sign(client, { expiresIn: 900 });
  expect(new URL(url).searchParams.get('X-Amz-Date')).toBe('20260301T110000Z');
});

test('within a window one object has one URL, and the expiry stays true', async () => {
  const { client } = clientWith(undefined);
  const life = { expiresIn: 900, roundTo: 300 };
  const first = await sign(client, life);
  jest.setSystemTime(new Date('2026-03-01T12:04:59Z'));
  const second = await sign(client, life);
  jest.setSystemTime(new Date('2026-03-01T12:05:00Z'));
  const third = await sign(client, life);
  expect(second).toEqual(first);
  expect(second.expiresAt).toEqual(new Date('2026-03-01T12:15:00Z'));
  expect(third.url).not.toBe(first.url);
});

const grantOf = (url: string) => new URL(url).searchParams.get('x-grant');

test('every URL has a grant of its own, and says it', async () => {
  const { client } = clientWith(undefined);
  const signer = presigner();
  const urls = [];
  for (let i = 0; i < 1000; i++) urls.push(await sign(client, { expiresIn: 900 }, signer));
  expect(urls.every(({ url, grant }) => grantPattern.test(grant) && grantOf(url) === grant)).toBe(true);
  expect(new Set(urls.map(({ grant }) => grant)).size).toBe(1000);
});

test('where URLs are stable, a grant is of one person, one object and one window', async () => {
  const stable = { expiresIn: 900, roundTo: 300 };
  const of = async (by?: string, asked = key, client = clientWith(undefined).client) => {
    const signer = presigner();
    return signer.url(await signer.moment(client, stable), org, asked, { ...get, ...(by !== undefined && { by }) });
  };
  const anna = await of('anna');
  expect(anna).toEqual(await of('anna'));
  expect(anna.url).not.toContain('anna');
  expect(anna.grant).toMatch(grantPattern);
  const others = [await of('ben'), await of(), await of('anna', orgScopedKey(org, 'uploads/b.pdf'))];
  jest.setSystemTime(new Date('2026-03-01T12:05:00Z'));
  others.push(await of('anna'));
  expect(new Set([anna, ...others].map(({ grant }) => grant)).size).toBe(5);
});

test('who does not hold the key cannot make the name of a grant', async () => {
  const stable = { expiresIn: 900, roundTo: 300 };
  const grants = await Promise.all(
    ['s', 'another'].map(async (secretAccessKey) => {
      const client = new S3Client({ region: base.region, credentials: { ...keys, secretAccessKey } });
      return (await sign(client, stable)).grant;
    }),
  );
  expect(grants[0]).not.toBe(grants[1]);
});

test('the grant of an upload is the id of its event, in 22 characters, and does not say its key', () => {
  const grant = grantOfUpload('00000000-0000-4000-8000-00000000000f');
  expect(grant).toMatch(grantPattern);
  expect(Buffer.from(grant, 'base64url').toString('hex')).toBe(writeOf('00000000-0000-4000-8000-00000000000f'));
});

test('clients are sent to the public endpoint, the server keeps its own', async () => {
  const options = { endpoint: 'http://minio:9000', publicEndpoint: 'https://files.example.com' };
  const { client } = clientWith(undefined);
  const { url } = await sign(client, { expiresIn: 60 }, presigner(options));
  expect(url).toMatch(/^https:\/\/files\.example\.com\/clinic-files\/1\/uploads\/a\.pdf\?/);
  const signer = presigner(options);
  const post = signer.post(await signer.moment(client, { expiresIn: 60 }), org, key, { fields: {}, conditions: [] });
  expect(post.url).toBe('https://files.example.com/clinic-files');
});

test('an endpoint that the environment spoils is asked for again once it does not', async () => {
  const signer = presigner({ endpoint: 'http://minio:9000' });
  const { client } = clientWith(undefined);
  process.env['AWS_USE_FIPS_ENDPOINT'] = 'true';
  try {
    await expect(sign(client, { expiresIn: 60 }, signer)).rejects.toThrow(/FIPS/);
  } finally {
    delete process.env['AWS_USE_FIPS_ENDPOINT'];
  }
  expect((await sign(client, { expiresIn: 60 }, signer)).url).toMatch(/^http:\/\/minio:9000\/clinic-files\/1\//);
});

test.each([
  ['a foreign key', layout.logo(parseOrgId('11'))],
  ['an empty key', ''],
  ['a key without organisation', 'uploads/a.pdf'],
])('%s is never signed', async (_name, wrong) => {
  const signer = presigner();
  const moment = await signer.moment(clientWith(undefined).client, { expiresIn: 60 });
  const invalidKey = expect.objectContaining({ code: 'invalid_key' });
  expect(() => signer.url(moment, org, wrong as never, get)).toThrow(invalidKey);
  const urlOf = signer.urlsIn(moment, org, layout.formField(org, { formId: '7', customFieldId: '3' }));
  expect(urlOf(wrong, get)).toBeUndefined();
  const named = { ...get, grant: newGrant() };
  expect(urlOf(key, named)).toEqual(signer.url(moment, org, key, named));
  expect(() => signer.post(moment, org, wrong as never, { fields: {}, conditions: [] })).toThrow(invalidKey);
});

test("a date that a caller changes is nobody else's", async () => {
  const signer = presigner();
  const moment = await signer.moment(clientWith(undefined).client, { expiresIn: 60 });
  const urlOf = signer.urlsIn(moment, org, layout.formField(org, { formId: '7', customFieldId: '3' }));
  for (const issue of [
    () => signer.url(moment, org, key, get),
    () => urlOf(key, get)!,
    () => signer.post(moment, org, key, { fields: {}, conditions: [] }),
  ]) {
    const first = issue();
    const second = issue();
    first.expiresAt.setFullYear(2000);
    expect(second.expiresAt.getFullYear()).toBe(2026);
    expect(issue().expiresAt).toEqual(second.expiresAt);
  }
});
