import type { S3Error } from '../../errors/s3-error.js';
import { DEFAULT_ENCRYPTION } from '../../settings/defaults.js';
import { parseEncryption } from '../../encryption/default-encryption.js';
import { checkCannedAcl, parseOwnership } from '../../acl/ownership.js';
import { DEFAULT_OWNERSHIP } from '../../settings/defaults.js';
import { DEFAULT_PUBLIC_ACCESS_BLOCK } from '../../settings/defaults.js';
import { parsePublicAccessBlock } from '../../acl/public-access.js';

test('a new bucket is encrypted, owned by its owner and closed', () => {
  expect(parseEncryption(DEFAULT_ENCRYPTION)).toEqual({ algorithm: 'AES256', bucketKey: false });
  expect(parseOwnership(DEFAULT_OWNERSHIP)).toBe('BucketOwnerEnforced');
  expect(Object.values(parsePublicAccessBlock(DEFAULT_PUBLIC_ACCESS_BLOCK))).toEqual([true, true, true, true]);
});

test('settings of Block Public Access that are not written are off', () => {
  const text =
    '<PublicAccessBlockConfiguration><BlockPublicPolicy>TRUE</BlockPublicPolicy></PublicAccessBlockConfiguration>';
  expect(parsePublicAccessBlock(text)).toEqual({
    BlockPublicAcls: false,
    IgnorePublicAcls: false,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: false,
  });
});

const sse = (inner: string): string =>
  `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>${inner}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`;

test('a key of KMS', () => {
  const text = sse('<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>');
  expect(parseEncryption(text)).toEqual({ algorithm: 'aws:kms', keyId: 'k', bucketKey: true });
});

test.each<[string, () => unknown]>([
  [
    'InvalidArgument',
    () => parseEncryption(sse('<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>')),
  ],
  ['MalformedXML', () => parseEncryption(sse('<SSEAlgorithm>DES</SSEAlgorithm>'))],
  ['MalformedXML', () => parseEncryption(sse(''))],
  ['MalformedXML', () => parseEncryption('<ServerSideEncryptionConfiguration/>')],
  ['MalformedXML', () => parseOwnership('<OwnershipControls/>')],
  [
    'MalformedXML',
    () => parseOwnership('<OwnershipControls><Rule><ObjectOwnership>Me</ObjectOwnership></Rule></OwnershipControls>'),
  ],
  [
    'MalformedXML',
    () =>
      parsePublicAccessBlock(
        '<PublicAccessBlockConfiguration><BlockAll>true</BlockAll></PublicAccessBlockConfiguration>',
      ),
  ],
  [
    'MalformedXML',
    () =>
      parsePublicAccessBlock(
        '<PublicAccessBlockConfiguration><BlockPublicAcls>yes</BlockPublicAcls></PublicAccessBlockConfiguration>',
      ),
  ],
])('%s: %s', (code, parse) => {
  expect(parse).toThrow(expect.objectContaining({ code }));
});

const block = parsePublicAccessBlock(DEFAULT_PUBLIC_ACCESS_BLOCK);
test.each([
  ['private', 'BucketOwnerEnforced', undefined],
  ['bucket-owner-full-control', 'BucketOwnerEnforced', undefined],
  ['public-read', 'BucketOwnerEnforced', 'AccessControlListNotSupported'],
  ['bucket-owner-read', 'BucketOwnerEnforced', 'AccessControlListNotSupported'],
  ['public-read', 'ObjectWriter', 'AccessDenied'],
  ['authenticated-read', 'ObjectWriter', 'AccessDenied'],
  ['bucket-owner-read', 'ObjectWriter', undefined],
  ['everyone', 'ObjectWriter', 'InvalidArgument'],
] as const)('x-amz-acl: %s with %s: %s', (acl, ownership, code) => {
  let refusal: unknown;
  try {
    checkCannedAcl(acl, ownership, block);
  } catch (error) {
    refusal = (error as S3Error).code;
  }
  expect(refusal).toBe(code);
});

test('public ACLs pass where nothing blocks them', () => {
  expect(() => checkCannedAcl('public-read', 'ObjectWriter')).not.toThrow();
});
