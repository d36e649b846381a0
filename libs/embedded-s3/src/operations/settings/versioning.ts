import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import type { Context, Operation } from '../../request/context.js';
import { readXmlDocument } from '../../request/document.js';

async function putBucketVersioning(ctx: Context): Promise<Answer> {
  const document = await readXmlDocument(ctx, 'VersioningConfiguration');
  const status = document.textOf('Status');
  if (document.textOf('MfaDelete') === 'Enabled')
    throw new S3Error('NotImplemented', undefined, { Element: 'MfaDelete' });
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('IllegalVersioningConfigurationException');
  const { store } = ctx.s3;
  const bucket = store.bucket(ctx.bucket);
  if (bucket.objectLock && status !== 'Enabled') {
    throw new S3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  store.commit({ type: 'bucket', bucket: { ...bucket, versioning: status } });
  return { status: 200 };
}

const getBucketVersioning = ({ s3, bucket }: Context): Answer =>
  xmlAnswer('VersioningConfiguration', { Status: s3.store.bucket(bucket).versioning });

export const versioningOperations: readonly Operation[] = [
  {
    name: 'PutBucketVersioning',
    method: 'PUT',
    level: 'bucket',
    query: 'versioning',
    action: 's3:PutBucketVersioning',
    run: putBucketVersioning,
  },
  {
    name: 'GetBucketVersioning',
    method: 'GET',
    level: 'bucket',
    query: 'versioning',
    action: 's3:GetBucketVersioning',
    run: getBucketVersioning,
  },
];
