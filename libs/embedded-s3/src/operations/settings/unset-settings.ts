import { S3Error, type ErrorCode } from '../../errors/s3-error.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import type { Context, Operation } from '../../request/context.js';
import { readXmlDocument } from '../../request/document.js';
import type { XmlElement } from '../../xml/xml-reader.js';
import type { XmlNode } from '../../xml/xml-writer.js';

/** A setting that this server does not have: it is read as one that nobody made, and can be switched off. */
interface Unset {
  /** as in GetBucketLogging, PutBucketLogging */
  readonly name: string;
  readonly query: string;
  /** as in s3:GetBucketLogging */
  readonly action: string;
  /** root element of the document */
  readonly root: string;
  /** what S3 answers where nothing was set: a document, or an error */
  readonly answer: XmlNode | ErrorCode;
  /** whether a document leaves the setting as it is; any other is 501 */
  readonly isOff?: (document: XmlElement) => boolean;
  /** the action with which it is deleted; absent: it cannot be */
  readonly deleteAction?: string;
}

const isEmpty = ({ names }: XmlElement): boolean => names.length === 0;

/** Source: S3 API reference, the page of each operation. Terraform, CDK and s3cmd ask for these first. */
const single: readonly Unset[] = [
  {
    name: 'BucketLogging',
    query: 'logging',
    action: 'BucketLogging',
    root: 'BucketLoggingStatus',
    answer: {},
    isOff: isEmpty,
  },
  {
    name: 'BucketNotificationConfiguration',
    query: 'notification',
    action: 'BucketNotification',
    root: 'NotificationConfiguration',
    answer: {},
    isOff: isEmpty,
  },
  {
    name: 'BucketRequestPayment',
    query: 'requestPayment',
    action: 'BucketRequestPayment',
    root: 'RequestPaymentConfiguration',
    answer: { Payer: 'BucketOwner' },
    isOff: (document) => document.textOf('Payer') === 'BucketOwner',
  },
  {
    name: 'BucketAccelerateConfiguration',
    query: 'accelerate',
    action: 'AccelerateConfiguration',
    root: 'AccelerateConfiguration',
    answer: {},
  },
  {
    name: 'BucketWebsite',
    query: 'website',
    action: 'BucketWebsite',
    root: 'WebsiteConfiguration',
    answer: 'NoSuchWebsiteConfiguration',
    deleteAction: 's3:DeleteBucketWebsite',
  },
  {
    name: 'BucketReplication',
    query: 'replication',
    action: 'ReplicationConfiguration',
    root: 'ReplicationConfiguration',
    answer: 'ReplicationConfigurationNotFoundError',
    deleteAction: 's3:PutReplicationConfiguration',
  },
];

function operationsOf({ name, query, action, root, answer, isOff, deleteAction }: Unset): Operation[] {
  const ofBucket = { level: 'bucket', query } as const;
  const get = ({ bucket }: Context): Answer => {
    if (typeof answer === 'string') throw new S3Error(answer, undefined, { BucketName: bucket });
    return xmlAnswer(root, answer);
  };
  const put = async (ctx: Context): Promise<Answer> => {
    if (isOff?.(await readXmlDocument(ctx, root))) return { status: 200 };
    throw new S3Error('NotImplemented', `${name} is not implemented.`);
  };
  return [
    { ...ofBucket, name: `Get${name}`, method: 'GET', action: `s3:Get${action}`, run: get },
    { ...ofBucket, name: `Put${name}`, method: 'PUT', action: `s3:Put${action}`, run: put },
    ...(deleteAction === undefined
      ? []
      : [
          {
            ...ofBucket,
            name: `Delete${name}`,
            method: 'DELETE',
            action: deleteAction,
            run: () => noContent(),
          } as const,
        ]),
  ];
}

/** Settings of which a bucket may have several, each with an id: sub-resource, name, root element of their list. */
const several = [
  ['analytics', 'Analytics', 'ListBucketAnalyticsConfigurationsResult'],
  ['inventory', 'Inventory', 'ListInventoryConfigurationsResult'],
  ['metrics', 'Metrics', 'ListMetricsConfigurationsResult'],
  ['intelligent-tiering', 'IntelligentTiering', 'ListBucketIntelligentTieringConfigurationsOutput'],
] as const;

function operationsOfSeveral([query, name, root]: (typeof several)[number]): Operation[] {
  const ofBucket = { level: 'bucket', query, params: ['id', 'continuation-token'] } as const;
  const get = ({ request }: Context): Answer => {
    if (request.query.has('id')) throw new S3Error('NoSuchConfiguration');
    return xmlAnswer(root, { IsTruncated: false });
  };
  const put = (): Answer => {
    throw new S3Error('NotImplemented', `${name} configurations are not implemented.`);
  };
  return [
    {
      ...ofBucket,
      name: `ListBucket${name}Configurations`,
      method: 'GET',
      action: `s3:Get${name}Configuration`,
      run: get,
    },
    {
      ...ofBucket,
      name: `PutBucket${name}Configuration`,
      method: 'PUT',
      action: `s3:Put${name}Configuration`,
      run: put,
    },
  ];
}

/** Reads of what this server does not have, and what switches it off. */
export const unsetOperations: readonly Operation[] = [
  ...single.flatMap(operationsOf),
  ...several.flatMap(operationsOfSeveral),
];
