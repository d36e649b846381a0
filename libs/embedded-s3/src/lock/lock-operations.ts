import { S3Error } from '../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../http/answer.js';
import { authorise } from '../request/authorise.js';
import type { Context, Operation } from '../request/context.js';
import { readDocument, readXmlDocument } from '../request/document.js';
import { targetOf, targetVersion } from '../request/target-version.js';
import type { ObjectVersion } from '../store/records.js';
import { checkUnlocked, parseDefaultRetention, parseRetention, requireLock } from './object-lock.js';

async function putObjectLockConfiguration(ctx: Context): Promise<Answer> {
  const document = await readDocument(ctx);
  parseDefaultRetention(document);
  const { store } = ctx.s3;
  const bucket = store.bucket(ctx.bucket);
  if (bucket.versioning !== 'Enabled') {
    throw new S3Error(
      'InvalidBucketState',
      'Versioning must be "Enabled" on the bucket to apply a Object Lock configuration',
    );
  }
  const config = { ...bucket.config, 'object-lock': document.toString('utf8') };
  store.commit({ type: 'bucket', bucket: { ...bucket, objectLock: true, config } });
  return { status: 200 };
}

function getObjectLockConfiguration({ s3, bucket }: Context): Answer {
  const { objectLock, config } = s3.store.bucket(bucket);
  if (!objectLock) throw new S3Error('ObjectLockConfigurationNotFoundError');
  const stored = config['object-lock'];
  if (stored === undefined) return xmlAnswer('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' });
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: stored };
}

async function putObjectRetention(ctx: Context): Promise<Answer> {
  const document = await readXmlDocument(ctx, 'Retention');
  const [mode, until] = [document.textOf('Mode'), document.textOf('RetainUntilDate')];
  if ((mode === undefined) !== (until === undefined)) throw new S3Error('MalformedXML');
  const retention = mode === undefined ? undefined : parseRetention(ctx, mode, until ?? '');
  authorise(ctx, { action: 's3:PutObjectRetention', ...targetOf(ctx), lock: { retention } });
  requireLock(ctx);
  const version = targetVersion(ctx);
  const before = version.retention;
  const keeps =
    retention && retention.until >= (before?.until ?? 0) && (before?.mode ?? retention.mode) === retention.mode;
  if (!keeps) checkUnlocked(ctx, { ...version, legalHold: false });
  amend(ctx, { ...version, retention });
  return { status: 200 };
}

function getObjectRetention(ctx: Context): Answer {
  requireLock(ctx);
  const { retention } = targetVersion(ctx);
  if (!retention) throw new S3Error('NoSuchObjectLockConfiguration');
  return xmlAnswer('Retention', { Mode: retention.mode, RetainUntilDate: new Date(retention.until).toISOString() });
}

async function putObjectLegalHold(ctx: Context): Promise<Answer> {
  const status = (await readXmlDocument(ctx, 'LegalHold')).textOf('Status');
  if (status !== 'ON' && status !== 'OFF') throw new S3Error('MalformedXML');
  authorise(ctx, { action: 's3:PutObjectLegalHold', ...targetOf(ctx), lock: { legalHold: status } });
  requireLock(ctx);
  amend(ctx, { ...targetVersion(ctx), legalHold: status === 'ON' });
  return { status: 200 };
}

function getObjectLegalHold(ctx: Context): Answer {
  requireLock(ctx);
  const { legalHold } = targetVersion(ctx);
  if (legalHold === undefined) throw new S3Error('NoSuchObjectLockConfiguration');
  return xmlAnswer('LegalHold', { Status: legalHold ? 'ON' : 'OFF' });
}

const amend = (ctx: Context, version: ObjectVersion): void =>
  ctx.s3.store.commit({ type: 'amend', bucket: ctx.bucket, version });

const ofBucket = { level: 'bucket', query: 'object-lock' } as const;
const retention = { level: 'object', query: 'retention', params: ['versionId'] } as const;
const legalHold = { level: 'object', query: 'legal-hold', params: ['versionId'] } as const;

export const lockOperations: readonly Operation[] = [
  {
    ...ofBucket,
    name: 'PutObjectLockConfiguration',
    method: 'PUT',
    action: 's3:PutBucketObjectLockConfiguration',
    run: putObjectLockConfiguration,
  },
  {
    ...ofBucket,
    name: 'GetObjectLockConfiguration',
    method: 'GET',
    action: 's3:GetBucketObjectLockConfiguration',
    run: getObjectLockConfiguration,
  },
  // policies may ask what the document says: these authorise once it is read
  { ...retention, name: 'PutObjectRetention', method: 'PUT', run: putObjectRetention },
  { ...retention, name: 'GetObjectRetention', method: 'GET', action: 's3:GetObjectRetention', run: getObjectRetention },
  { ...legalHold, name: 'PutObjectLegalHold', method: 'PUT', run: putObjectLegalHold },
  { ...legalHold, name: 'GetObjectLegalHold', method: 'GET', action: 's3:GetObjectLegalHold', run: getObjectLegalHold },
];
