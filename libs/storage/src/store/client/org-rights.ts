import { areas as allAreas, areasOfFiles, type Area } from '../../keys/areas.js';
import { keyRightsOf, type KeyOptions, type Right } from './key-rights.js';

export interface RightsOptions extends KeyOptions {
  /** `arn:aws:s3:::bucket` */
  arn: string;
  acl: 'private' | 'none';
  /** Whether a scanner writes its verdict on versions of what came in. */
  readsScans?: boolean;
  /** Whether what is written once is written with a retention. */
  archiveRetention: boolean;
}

const incoming: Area = allAreas.incoming;
/** The verdict, and the version that it is about. */
const scanReads = ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'];
const uses = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:PutObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];

/**
 * What whoever works in some areas needs there; `patterns` says which keys of an area those are. What is written once is
 * added to and read, no more. A hold is placed, and released by others. Open multipart uploads cannot be listed: S3 has no condition by which that could be held to
 * a prefix. Without the right to list, S3 answers 403 for an absent object, which could then not be told from a refusal.
 */
export function rightsIn(
  areas: readonly Area[],
  patterns: (area: Area) => string[],
  { arn, acl, readsScans, archiveRetention, ...key }: RightsOptions,
): Right[] {
  const keysIn = (some: readonly Area[]) => some.flatMap(patterns).map((pattern) => `${pattern}*`);
  const use = (what: string, some: readonly Area[], more: string[]): Right[] => {
    if (some.length === 0) return [];
    const Action = [...uses, ...more, ...(acl === 'private' ? ['s3:PutObjectAcl'] : [])];
    return [{ Sid: `Use${what}`, Effect: 'Allow', Action, Resource: keysIn(some).map((key) => `${arn}/${key}`) }];
  };
  const scans = (some: readonly Area[]): Right[] =>
    some.length === 0
      ? []
      : [
          {
            Sid: 'ReadScans',
            Effect: 'Allow',
            Action: scanReads,
            Resource: keysIn(some).map((key) => `${arn}/${key}`),
          },
        ];
  const listed = { StringLike: { 's3:prefix': keysIn(areas) } };
  return [
    ...use(
      'Files',
      areas.filter(({ writtenOnce, removedBy }) => !writtenOnce && removedBy === undefined),
      ['s3:DeleteObject'],
    ),
    ...use(
      'Control',
      areas.filter(({ removedBy }) => removedBy === 'officer'),
      [],
    ),
    ...use(
      'Archive',
      areas.filter(({ writtenOnce }) => writtenOnce),
      // With this right a retention is set or made longer, and never made shorter.
      archiveRetention ? ['s3:PutObjectRetention'] : [],
    ),
    ...(readsScans ? scans(areas.filter((area) => area === incoming)) : []),
    {
      Sid: 'Hold',
      Effect: 'Allow',
      Action: 's3:PutObjectLegalHold',
      Resource: keysIn(areas.filter((area) => areasOfFiles.includes(area))).map((key) => `${arn}/${key}`),
      Condition: { StringEquals: { 's3:object-lock-legal-hold': 'ON' } },
    },
    {
      Sid: 'List',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: arn,
      Condition: listed,
    },
    ...keyRightsOf(key),
  ];
}
