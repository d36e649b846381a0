import { areas, areasOfFiles, type Area } from '../../keys/areas.js';
import { keyRightsOf } from '../../store/client/key-rights.js';
import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { keysIn, policyDocument, type PolicyDocument } from './policy-document.js';

const filesAndHolds: readonly Area[] = [...areasOfFiles, areas.control];

const writes = ({ acl }: CheckedBucketOptions) => [
  's3:GetObject',
  's3:PutObject',
  's3:AbortMultipartUpload',
  ...(acl === 'private' ? ['s3:PutObjectAcl'] : []),
];

const settings = ['s3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration'];

/**
 * Who brings exports back (`import`): it writes files of every organisation, looks at those it finds, and removes nothing.
 * `archiveRetention`: with `--retention-days`. An export in another bucket is read with rights of that one.
 */
export function importPolicy(options: BucketOptions): PolicyDocument {
  const checked = checkedBucketOptions(options);
  return policyDocument([
    {
      Sid: 'WriteFiles',
      Effect: 'Allow',
      Action: [...writes(checked), ...(checked.archiveRetention ? ['s3:PutObjectRetention'] : [])],
      Resource: keysIn(checked.arn, areasOfFiles),
    },
    { Sid: 'Look', Effect: 'Allow', Action: ['s3:ListBucket', ...settings], Resource: checked.arn },
    ...keyRightsOf(checked),
  ]);
}

/**
 * Who copies organisations from one bucket into another (`move`): it reads everything in the first one, writes files and their
 * holds in the second, where it releases none, and removes nothing. With keys of two accounts each has its half.
 */
export function movePolicy(from: BucketOptions, to: BucketOptions): PolicyDocument {
  const [here, there] = [checkedBucketOptions(from), checkedBucketOptions(to)];
  const look = ['s3:ListBucket', 's3:ListBucketVersions', ...settings];
  const keysHere = keyRightsOf(here).map((right) => ({ ...right, Sid: 'UseKeyHere' }));
  const keysThere = keyRightsOf(there).map((right) => ({ ...right, Sid: 'UseKeyThere' }));
  return policyDocument([
    {
      Sid: 'ReadHere',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
      Resource: keysIn(here.arn, filesAndHolds),
    },
    { Sid: 'LookHere', Effect: 'Allow', Action: look, Resource: here.arn },
    ...keysHere,
    {
      Sid: 'WriteThere',
      Effect: 'Allow',
      Action: [...writes(there), 's3:PutObjectRetention'],
      Resource: keysIn(there.arn, filesAndHolds),
    },
    {
      Sid: 'HoldThere',
      Effect: 'Allow',
      Action: 's3:PutObjectLegalHold',
      Resource: keysIn(there.arn, areasOfFiles),
      Condition: { StringEquals: { 's3:object-lock-legal-hold': 'ON' } },
    },
    { Sid: 'LookThere', Effect: 'Allow', Action: look, Resource: there.arn },
    ...keysThere,
  ]);
}
