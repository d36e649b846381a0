import type { StorageModuleOptions } from './storage.options.js';
import { storageSettings } from './storage.settings.js';

const good: StorageModuleOptions = { bucket: 'clinic-files', region: 'eu-central-1' };
const keys = { accessKeyId: 'AKIA1', secretAccessKey: 's' };
const role = { roleArn: 'arn:aws:iam::111122223333:role/tenant' };

const mistakes: [string, unknown, RegExp][] = [
  ['no bucket', { bucket: undefined }, /bucket must be/],
  ['a bucket as URL', { bucket: 'https://b.s3.amazonaws.com' }, /bucket must be/],
  ['a bucket as ARN', { bucket: 'arn:aws:s3:::b' }, /bucket must be/],
  ['a bucket with a query', { bucket: 'bkt?x' }, /bucket must be/],
  ['upper case', { bucket: 'Clinic' }, /bucket must be/],
  ['two dots', { bucket: 'a..b' }, /bucket must be/],
  ['a directory bucket', { bucket: 'files--euc1-az1--x-s3' }, /directory bucket/],
  ['no region', { region: undefined }, /region is missing/],
  ['an empty region', { region: '' }, /region is missing/],
  ['an endpoint with a path', { endpoint: 'https://s3.example.com/bucket' }, /endpoint must be an origin/],
  ['an endpoint without scheme', { endpoint: 's3.example.com' }, /endpoint must be an origin/],
  ['an endpoint with credentials', { endpoint: 'https://a:b@s3.example.com' }, /endpoint must be an origin/],
  ['a public endpoint alone', { publicEndpoint: 'https://files.example.com' }, /publicEndpoint needs endpoint/],
  ['half of the keys', { credentials: { accessKeyId: 'AKIA1', secretAccessKey: '' } }, /both accessKeyId and/],
  ['an empty session token', { credentials: { ...keys, sessionToken: '' } }, /sessionToken is empty/],
  ['temporary keys without token', { credentials: { ...keys, accessKeyId: 'ASIA1' } }, /its sessionToken/],
  ['unknown encryption', { encryption: 'aws:kms' }, /encryption must be/],
  ['keys that are no function', { encryption: { kmsKeyOf: 'arn:aws:kms:…' } }, /encryption must be/],
  ['one key and many', { encryption: { kmsKeyId: 'k', kmsKeyOf: () => 'k' } }, /encryption must be/],
  ['a KMS key without id', { encryption: { kmsKeyId: '' } }, /encryption must be/],
  ['a public ACL', { acl: 'public-read' }, /never public/],
  ['unknown checksums', { checksums: 'always' }, /checksums must be/],
  ['a timeout of nothing', { timeouts: { request: 0 } }, /timeouts\.request/],
  ['calls that outlive the wait of an erasure', { timeouts: { call: 120_000 } }, /must be at most 110000 together/],
  ['tries that do', { timeouts: { queue: 10_000 }, maxAttempts: 7 }, /must be at most 110000 together/],
  ['too many attempts', { maxAttempts: 11 }, /maxAttempts/],
  ['a misspelt limit', { limits: { uploadsPerUsers: 1 } }, /uploadsPerUsers is no limit. Did you mean uploadsPerUser/],
  ['a limit of nothing', { limits: { uploadsPerOrg: 0 } }, /limits\.uploadsPerOrg must be/],
  ['no sockets', { maxSockets: 0 }, /maxSockets/],
  ['no downloads', { limits: { downloadsPerOrg: 0 } }, /limits\.downloadsPerOrg/],
  ['an owner that is a name', { expectedBucketOwner: 'me' }, /12 digits/],
  ['a window beyond the bound', { stableUrlSeconds: 900 }, /stableUrlSeconds/],
  [
    'POST where nobody verifies it',
    { uploadMethod: 'POST', store: { like: 'aws', postPolicy: false } },
    /verifies POST/,
  ],
  ['an unknown upload method', { uploadMethod: 'put' }, /uploadMethod must be/],
  ['a misspelt capability', { store: { like: 'aws', postpolicy: false } }, /postpolicy is no capability/],
  [
    'a capability left undefined',
    { store: { like: 'aws', postPolicy: undefined } },
    /postPolicy must be true or false/,
  ],
  ['an orgOf that is no function', { orgOf: 'user.org' }, /orgOf must be/],
  ['a path style as text', { forcePathStyle: 'false' }, /forcePathStyle must be/],
  ['a short secret', { tokenSecrets: ['x'.repeat(31)] }, /32 bytes/],
  ['one good and one short secret', { tokenSecrets: ['x'.repeat(32), 'y'] }, /32 bytes/],
  ['a secret in place of a list', { tokenSecrets: 'x'.repeat(32) }, /32 bytes/],
  [
    'a kind that there is not',
    { accept: { documents: ['dicom', 'zip'] } },
    /accept\.documents must be a list of: dicom, rtf/,
  ],
  ['kinds by a wrong group', { accept: { dicom: true } }, /accept\.dicom is no group of kinds: there are images,/],
  ['kinds of no group', { accept: 'dicom' }, /accept must name kinds/],
  ['an inherited name as a kind', { accept: { images: ['toString'] } }, /accept\.images must be a list/],
  ['a role by name', { tenantRole: { roleArn: 'tenant' } }, /ARN of a role/],
  ['an archiver by name', { tenantRole: { ...role, archiverRoleArn: 'a' } }, /archiverRoleArn/],
  ['an IP address as bucket', { bucket: '192.168.5.4' }, /bucket looks like an IP address/],
  ['a misspelt option', { tokenSecret: ['x'] }, /tokenSecret is no option\. Did you mean tokenSecrets\?/],
  ['a letter in the wrong case', { publicendpoint: 'https://a.test' }, /Did you mean publicEndpoint\?/],
  ['a name that is like none', { favouriteColour: 'red' }, /favouriteColour is no option\.$/],
  ['a misspelt timeout', { timeouts: { conect: 1 } }, /timeouts\.conect is no option\. Did you mean connect\?/],
  ['a misspelt role', { tenantRole: { ...role, maxTenant: 5 } }, /tenantRole\.maxTenant .*Did you mean maxTenants\?/],
  ['a misspelt rule', { bucketRules: { appOrigin: [] } }, /bucketRules\.appOrigin .*Did you mean appOrigins\?/],
  ['a misspelt key', { credentials: { ...keys, secretKey: 's' } }, /credentials\.secretKey is no option/],
  ['a capability in the wrong case', { store: { like: 'aws', postpolicy: false } }, /Did you mean postPolicy\?/],
  ['a name of Object', { store: { like: 'aws', constructor: false } }, /store\.constructor is no capability/],
  ['credentials as text', { credentials: 'AKIA1:s' }, /credentials must be an object with the keys, or a function/],
  ['no credentials at all', { credentials: null }, /credentials must be an object/],
  ['a role as text', { tenantRole: role.roleArn }, /tenantRole must be an object/],
  ['timeouts as a number', { timeouts: 5 }, /timeouts must be an object/],
  ['a list of capabilities', { store: ['postPolicy'] }, /store must be one of 'aws'/],
  ['a store that is not known', { store: 'garage' }, /store must be one of 'aws', 'ceph', 'minio', 'r2'/],
  ['a profile that is like nothing', { store: { postPolicy: false } }, /or a profile such as \{ like: 'aws'/],
  ['an inherited name as a store', { store: { like: 'toString' } }, /store must be one of/],
  ['the option of old', { capabilities: { postPolicy: false } }, /capabilities is now store: .*\{ like: 'aws'/],
  ['the rule of old', { bucketRules: { store: 'ceph' } }, /bucketRules\.store is now the option store/],
  ['POST to a store without', { store: 'r2', uploadMethod: 'POST' }, /verifies POST/],
  [
    'rules of less than nothing',
    { bucketRules: { readSeconds: -1 } },
    /bucketRules: readSeconds must be a whole number/,
  ],
  ['an origin with a path', { bucketRules: { appOrigins: ['https://a.test/x'] } }, /bucketRules: appOrigins are exact/],
  ['an origin alone', { bucketRules: { appOrigins: 'https://a.test' } }, /bucketRules: appOrigins must be a list/],
  ['erasures that nobody looks for', { orgControlFreshMs: 60_000 }, /orgControlFreshMs must be 0 … 5000/],
  ['too short a session', { tenantRole: { ...role, sessionSeconds: 60 } }, /900 … 43200/],
];

test.each(mistakes)('%s is refused at boot, with the fix', (_name, wrong, message) => {
  expect(() => storageSettings({ ...good, ...(wrong as object) })).toThrow(
    expect.objectContaining({ code: 'misconfigured', message: expect.stringMatching(message) as string }) as Error,
  );
});

test.each([undefined, null, 'clinic-files', []])('options that are %j are refused in plain words', (options) => {
  expect(() => storageSettings(options as never)).toThrow(
    expect.objectContaining({
      code: 'misconfigured',
      message: expect.stringMatching(/does useFactory return/),
    }) as Error,
  );
});

test('the keys of the SDK may carry what the SDK puts on them', () => {
  const credentials = { ...keys, expiration: new Date(), accountId: '111122223333', $source: {} };
  expect(storageSettings({ ...good, credentials }).credentials).toBe(credentials);
});

test('without erasures calls may take as long as they need', () => {
  const slow = { timeouts: { call: 600_000, queue: 60_000 }, orgControl: false };
  expect(storageSettings({ ...good, ...slow })).toMatchObject(slow);
});

test('all mistakes are named at once', () => {
  const wrong = { bucket: 'B', region: '', maxAttempts: 0 };
  expect(() => storageSettings(wrong)).toThrow(/bucket must be.*region is missing.*maxAttempts/);
});

test('secrets never stand in the message', () => {
  const wrong = {
    ...good,
    credentials: { ...keys, secretAccessKey: 'hush', sessionToken: '' },
    tokenSecrets: ['hush'],
  };
  expect(() => storageSettings(wrong)).toThrow(
    expect.not.objectContaining({ message: expect.stringMatching(/hush/) as string }) as Error,
  );
});

test('defaults are the safe ones', () => {
  expect(storageSettings(good)).toMatchObject({
    forcePathStyle: false,
    encryption: 'AES256',
    acl: 'private',
    checksums: 'when-required',
    uploadMethod: 'POST',
    stableUrlSeconds: 0,
    timeouts: { connect: 3_000, request: 30_000, socket: 60_000 },
    store: { like: 'aws', postPolicy: true, conditionalWrites: true },
  });
});

test('what is given stays, what is undefined does not undo a default', () => {
  const settings = storageSettings({
    ...good,
    endpoint: 'http://127.0.0.1:9000',
    encryption: undefined,
    timeouts: { request: 5_000 },
    store: { like: 'aws', postPolicy: false },
  });
  expect(settings).toMatchObject({
    forcePathStyle: true,
    encryption: 'AES256',
    uploadMethod: 'PUT',
    timeouts: { connect: 3_000, request: 5_000 },
    store: { postPolicy: false, conditionalCopy: true },
  });
});

test.each([
  ['ceph', 'AES256', 'private', 'PUT'],
  ['minio', 'none', 'none', 'POST'],
  ['r2', 'none', 'none', 'PUT'],
] as const)('the other defaults follow the store: %s', (store, encryption, acl, uploadMethod) => {
  const settings = storageSettings({ ...good, store });
  expect(settings).toMatchObject({ encryption, acl, uploadMethod, store: { like: store } });
  // What was never measured is not claimed.
  expect(settings.store.refusesUnsignedHeaders).toBe(false);
  expect(storageSettings({ ...good, store, encryption: 'AES256' }).encryption).toBe('AES256');
});

test('the organisation is read from the authenticated user', () => {
  const { orgOf } = storageSettings(good);
  expect(orgOf({ user: { org_id: '11' }, headers: { 'x-org-id': '1' }, query: { org_id: '1' } } as never)).toBe('11');
  expect(orgOf({ headers: { 'x-org-id': '1' } } as never)).toBeUndefined();
});
