import { parseOwnership } from '../../acl/ownership.js';
import { parsePublicAccessBlock } from '../../acl/public-access.js';
import type { Features } from '../../controls/features.js';
import { parseCors } from '../../cors/cors-rules.js';
import { parseEncryption } from '../../encryption/default-encryption.js';
import { S3Error, type ErrorCode } from '../../errors/s3-error.js';
import { noContent, type Answer } from '../../http/answer.js';
import { acceptLifecycle, LIFECYCLE_LIMITS } from '../../lifecycle/lifecycle-rules.js';
import type { Context, Operation } from '../../request/context.js';
import { readDocument } from '../../request/document.js';
import { requires } from '../../request/requires.js';
import { settingOf, withoutSetting, withSetting } from '../../settings/bucket-settings.js';
import type { BucketRecord } from '../../store/records.js';
import { readTagging } from '../../tags/tag-set.js';

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
  /** @throws S3Error for a document that S3 would not take, or that does not go with the bucket's other settings */
  readonly check?: (document: string, bucket: BucketRecord) => unknown;
  /** in its place, for large documents: checks in turns, and gives what is stored */
  readonly accept?: (document: Buffer) => Promise<string>;
  /** bytes of the largest document; 64 KB unless said otherwise */
  readonly maxBytes?: number;
  /** a header that belongs to the setting and comes back with it */
  readonly header?: { readonly name: string; readonly values: readonly string[] };
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
    accept: acceptLifecycle,
    maxBytes: LIFECYCLE_LIMITS.bytes,
    header: {
      name: 'x-amz-transition-default-minimum-object-size',
      values: ['all_storage_classes_128K', 'varies_by_storage_class'],
    },
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
    check: checkOwnership,
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
    const body = await readDocument(ctx, setting.maxBytes);
    const document = (await setting.accept?.(body)) ?? body.toString('utf8');
    const { store } = ctx.s3;
    const bucket = store.bucket(ctx.bucket);
    setting.check?.(document, bucket);
    const headers = headerOf(setting, ctx.request.headers);
    const stored = withSetting(bucket, query, document);
    store.commit({ type: 'bucket', bucket: headers ? withSetting(stored, `${query}-header`, headers.value) : stored });
    return { status: setting.putStatus ?? 200, headers: headers && { [headers.name]: headers.value } };
  };
  const get = (ctx: Context): Answer => {
    const document = settingOf(ctx.s3.store.bucket(ctx.bucket), query);
    if (document === undefined) throw new S3Error(setting.missing, undefined, { BucketName: ctx.bucket });
    const { header } = setting;
    const extra = header && { [header.name]: ctx.s3.store.bucket(ctx.bucket).config[`${query}-header`] };
    return { status: 200, headers: { 'content-type': 'application/xml', ...extra }, body: document };
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

/** The value asked for, or else the first, which is the default. */
function headerOf({ header }: Setting, headers: Context['request']['headers']) {
  if (!header) return undefined;
  const value = headers[header.name] ?? header.values[0] ?? '';
  if (!header.values.includes(value)) throw new S3Error('InvalidRequest', `Invalid value of ${header.name}.`);
  return { name: header.name, value };
}

/** Source: S3 User Guide, "Prerequisites for disabling ACLs". */
function checkOwnership(document: string, { config }: BucketRecord): void {
  const ownership = parseOwnership(document);
  const acl = config['acl'] ?? 'private';
  if (ownership === 'BucketOwnerEnforced' && !['private', 'bucket-owner-full-control'].includes(acl))
    throw new S3Error('InvalidBucketAclWithObjectOwnership');
}

export const bucketConfigOperations: readonly Operation[] = settings.flatMap(operationsOf);
