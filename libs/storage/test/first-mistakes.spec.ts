import { Test } from '@nestjs/testing';
import type { ExecutionContext } from '@nestjs/common';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { FormUploadsService } from '../src/kinds/form-upload.js';
import { parseOrgId, type OrgId } from '../src/keys/org-id.js';
import { provenOrg, TenantGuard } from '../src/http/tenant.guard.js';
import { storageSettings } from '../src/options/storage.settings.js';
import type { StorageModuleOptions } from '../src/options/storage.options.js';
import { StorageModule } from '../src/storage.module.js';
import { startTestStorage } from '../src/testing/test-storage.js';

/**
 * What somebody does wrong who uses the module for the first time, and what they are told: what was found, where was
 * looked, and what helps. What comes from a parsed body is in `http/platform.spec.ts`.
 */
const storage = await startTestStorage({ embeddedOnly: true });
const pages = createServer((_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<p>'));
pages.listen(0, '127.0.0.1');
await once(pages, 'listening');
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const closing: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of closing) await close();
  pages.close();
  await storage.close();
});

async function forms(options: Partial<StorageModuleOptions> = {}): Promise<FormUploadsService> {
  const imports = [StorageModule.forRoot({ ...storage.options, maxAttempts: 1, ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  closing.push(() => module.close());
  return module.get(FormUploadsService);
}

const one = parseOrgId('1');
const place = { formId: '7', customFieldId: '3', fileName: 'note.txt' };
const text = { contentType: 'text/plain', bytes: Buffer.from('Blood pressure: 120/80') };
const guardOn = (user: unknown) => {
  const guard = new TenantGuard(storageSettings({ bucket: 'clinic-files', region: 'eu-central-1' }));
  return guard.canActivate({ switchToHttp: () => ({ getRequest: () => ({ user }) }) } as unknown as ExecutionContext);
};
const options = (given: object) => storageSettings({ ...storage.options, ...given } as StorageModuleOptions);
const uploads = async (wrong: Partial<StorageModuleOptions>) => (await forms(wrong)).upload(one, place, text);

test.each<[string, () => unknown, string, ...RegExp[]]>([
  // The options: at boot.
  ['a URL as bucket', () => options({ bucket: 's3://clinic-files' }), 'misconfigured', /bucket's name, not a URL/],
  ['no region', () => options({ region: undefined }), 'misconfigured', /region is missing.*such as eu-central-1/],
  ['a short secret', () => options({ tokenSecrets: ['x'] }), 'misconfigured', /32 bytes.*openssl rand -base64 48/],
  ['a path in endpoint', () => options({ endpoint: 'https://s3.example.com/x' }), 'misconfigured', /origin such as/],
  ['a slip in a name', () => options({ tokenSecret: ['x'] }), 'misconfigured', /tokenSecret is no.*mean tokenSecrets/],
  [
    'five mistakes at once',
    () => options({ bucket: 'A', region: '', endpoint: 'x', acl: 'public', maxSockets: 0 }),
    'misconfigured',
    ...[/bucket/, /region/, /endpoint/, /acl/, /maxSockets/],
  ],

  // The store: at the first call.
  ['no such bucket', () => uploads({ bucket: 'another-bucket' }), 'misconfigured', /bucket does not exist.*bucket and/],
  ['another region', () => uploads({ region: 'eu-west-3' }), 'misconfigured', /in the region us-east-1.*option region/],
  [
    'another web server at endpoint',
    () => uploads({ endpoint: `http://127.0.0.1:${portOf(pages)}` }),
    'misconfigured',
    /answered 404 in words that are not those of S3/,
  ],
  [
    'https to a store that speaks http',
    () => uploads({ endpoint: storage.s3.endpoint.replace('http:', 'https:') }),
    'store_unavailable',
    /127\.0\.0\.1.*TLS.*http:\/\/ rather than https/,
  ],
  [
    'nothing at the port',
    () => uploads({ endpoint: 'http://127.0.0.1:1' }),
    'store_unavailable',
    /127\.0\.0\.1:1 does not answer.*nothing listens.*port of endpoint/,
  ],
  [
    'an unknown host',
    () => uploads({ endpoint: 'http://files.invalid' }),
    'store_unavailable',
    /files\.invalid.*no such host.*endpoint and region/,
  ],
  [
    'a wrong secret',
    () => uploads({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'wrong' } }),
    'store_refused',
    /Check the credentials, their policy and the bucket policy/,
  ],
  [
    'no credentials',
    () =>
      uploads({ credentials: () => Promise.reject(Object.assign(new Error(), { name: 'CredentialsProviderError' })) }),
    'misconfigured',
    /option credentials.*AWS_ACCESS_KEY_ID.*AWS_PROFILE/,
  ],

  // The organisation.
  ['no TenantGuard', () => provenOrg({}), 'invalid_org', /No organisation was proven.*is TenantGuard on the route/],
  ['no guard that signs in', () => guardOn(undefined), 'invalid_org', /the request has no user.*before TenantGuard/],
  ['another claim', () => guardOn({ tenant: '1' }), 'invalid_org', /user has tenant.*request\.user\.org_id.*orgOf/],
  ['an empty claim', () => guardOn({ org_id: '' }), 'invalid_org', /empty text.*whole number.*orgOf.*user\.org_id/],
  [
    'a UUID',
    () => guardOn({ org_id: 'c0ffee00-0000-4000-8000-000000000000' }),
    'invalid_org',
    /a UUID.*whole number.*orgOf.*needs a number beside it/,
  ],
  [
    'zeros in front',
    () => guardOn({ org_id: '007' }),
    'invalid_org',
    /a number in another form.*without leading zeros/,
  ],
  [
    'a number where OrgId is asked for, without types',
    async () => (await forms()).list(1 as unknown as OrgId, place),
    'invalid_org',
    /parseOrgId or @CurrentOrg\(\).*this is a number/,
  ],

  // What is stored, and where.
  [
    'other names of route parameters',
    async () => (await forms()).upload(one, { form: '7', field: '3', fileName: 'a.txt' } as never, text),
    'invalid_place',
    /needs formId, customFieldId, fileName: formId is missing.*Route parameters must have these names/,
  ],
  [
    'no file name',
    async () => (await forms()).upload(one, { formId: '7', customFieldId: '3' } as never, text),
    'invalid_place',
    /fileName is missing/,
  ],
  [
    'a slash in an id',
    async () => (await forms()).upload(one, { ...place, customFieldId: 'a/b' }, text),
    'invalid_place',
    /customFieldId cannot be an id.*without slashes/,
  ],
  [
    "Multer's file for bytes",
    async () => (await forms()).upload(one, place, { ...text, bytes: { fieldname: 'file', size: 1 } as never }),
    'misconfigured',
    /Multer.*buffer.*@ReceivedFile\(\)/,
  ],
  [
    'text for bytes',
    async () => (await forms()).upload(one, place, { ...text, bytes: 'text' as never }),
    'misconfigured',
    /stream, a Buffer or a Blob, not string.*Buffer\.from/,
  ],
  [
    'no secrets for direct uploads',
    async () =>
      (await forms({ tokenSecrets: [] })).beginUpload(one, place, { contentType: '', size: 1 }, { by: 'ada' }),
    'misconfigured',
    /option tokenSecrets.*openssl/,
  ],
])('%s', async (_what, mistake, code, ...said) => {
  const message = expect.stringMatching(
    new RegExp(said.map(({ source }) => `(?=.*${source})`).join(''), 's'),
  ) as string;
  await expect((async () => mistake())()).rejects.toMatchObject({ code, message });
});

test('a ticket without a content type is for what the name says', async () => {
  const service = await forms();
  const ticket = await service.beginUpload(one, place, { size: 9 } as never, { by: 'ada' });
  expect(ticket).toMatchObject({ method: 'POST', fields: { 'Content-Type': 'text/plain' } });
});
