import {
  parseCors,
  parseEncryption,
  parseLifecycle,
  parseOwnership,
  parsePublicAccessBlock,
  settingOf,
  withoutSetting,
  withSetting,
} from '../config/index.js';
import type { Features } from '../controls/features.js';
import { noContent, type Answer } from '../http/answer.js';
import { S3Error, type ErrorCode } from '../http/s3-error.js';
import type { Context, Operation } from './context.js';
import { readDocument } from './document.js';
import { requires } from './requires.js';
import { readTagging } from './tag-set.js';

/** A document that belongs to a bucket: stored as it came once it is found valid, and read back. */
interface Setting {
  /** as in PutBucketCors, GetBucketCors */
  readonly name: string;
  /** as in DeleteBucketCors, where it differs */
  readonly deleteName?: string;
  /** sub-resource in the query */
  readonly query: string;
  /** as in s3:PutBucketCORS */
  readonly action: string;
  /** @throws S3Error for a document that S3 would not take */
  readonly check: (document: string) => unknown;
  /** the answer when there is none */
  readonly missing: ErrorCode;
  /** without it the setting is not implemented */
  readonly feature?: keyof Features;
  readonly putStatus?: number;
}

const settings: readonly Setting[] = [
  { name: 'BucketCors', query: 'cors', action: 'BucketCORS', check: parseCors, missing: 'NoSuchCORSConfiguration' },
  {
    name: 'BucketLifecycleConfiguration',
    deleteName: 'BucketLifecycle',
    query: 'lifecycle',
    action: 'LifecycleConfiguration',
    check: parseLifecycle,
    missing: 'NoSuchLifecycleConfiguration',
  },
  {
    name: 'BucketEncryption',
    query: 'encryption',
    action: 'EncryptionConfiguration',
    check: parseEncryption,
    missing: 'ServerSideEncryptionConfigurationNotFoundError',
    feature: 'sse',
  },
  {
    name: 'PublicAccessBlock',
    query: 'publicAccessBlock',
    action: 'BucketPublicAccessBlock',
    check: parsePublicAccessBlock,
    missing: 'NoSuchPublicAccessBlockConfiguration',
    feature: 'blockPublicAccess',
  },
  {
    name: 'BucketOwnershipControls',
    query: 'ownershipControls',
    action: 'BucketOwnershipControls',
    check: parseOwnership,
    missing: 'OwnershipControlsNotFoundError',
    feature: 'acl',
  },
  {
    name: 'BucketTagging',
    query: 'tagging',
    action: 'BucketTagging',
    check: (document) => readTagging(Buffer.from(document), 50),
    missing: 'NoSuchTagSet',
    putStatus: 204,
  },
];

function operationsOf(setting: Setting): Operation[] {
  const { name, query } = setting;
  const ofBucket = { level: 'bucket', query } as const;
  const run = (handler: Operation['run']): Operation['run'] =>
    setting.feature ? requires(setting.feature, handler) : handler;
  const put = async (ctx: Context): Promise<Answer> => {
    const document = (await readDocument(ctx)).toString('utf8');
    setting.check(document);
    const { store } = ctx.s3;
    store.commit({ type: 'bucket', bucket: withSetting(store.bucket(ctx.bucket), query, document) });
    return { status: setting.putStatus ?? 200 };
  };
  const get = (ctx: Context): Answer => {
    const document = settingOf(ctx.s3.store.bucket(ctx.bucket), query);
    if (document === undefined) throw new S3Error(setting.missing, undefined, { BucketName: ctx.bucket });
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: document };
  };
  const remove = (ctx: Context): Answer => {
    const { store } = ctx.s3;
    store.commit({ type: 'bucket', bucket: withoutSetting(store.bucket(ctx.bucket), query) });
    return noContent();
  };
  return [
    { ...ofBucket, name: `Put${name}`, method: 'PUT', action: `s3:Put${setting.action}`, run: run(put) },
    { ...ofBucket, name: `Get${name}`, method: 'GET', action: `s3:Get${setting.action}`, run: run(get) },
    // to delete a setting S3 asks for the right to put one
    {
      ...ofBucket,
      name: `Delete${setting.deleteName ?? name}`,
      method: 'DELETE',
      action: `s3:Put${setting.action}`,
      run: run(remove),
    },
  ];
}

export const bucketConfigOperations: readonly Operation[] = settings.flatMap(operationsOf);
