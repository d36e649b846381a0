import { S3Error } from '../errors/s3-error.js';
import { oncePerRecord, settingOf } from '../settings/bucket-settings.js';
import { DEFAULT_ENCRYPTION } from '../settings/defaults.js';
import type { Encryption } from '../store/records.js';
import { choice, flag, only } from '../xml/elements.js';
import { readXml } from '../xml/xml-reader.js';

/** How objects are encrypted that do not say so themselves. @throws S3Error MalformedXML, InvalidArgument */
export function parseEncryption(document: string): Encryption {
  const root = only(readXml(Buffer.from(document), 'ServerSideEncryptionConfiguration'), 'Rule');
  const rule = root.one('Rule');
  if (!rule) throw new S3Error('MalformedXML');
  only(rule, 'ApplyServerSideEncryptionByDefault', 'BucketKeyEnabled', 'BlockedEncryptionTypes');
  const byDefault = rule.one('ApplyServerSideEncryptionByDefault');
  const bucketKey = flag(rule, 'BucketKeyEnabled') ?? false;
  if (!byDefault) return { algorithm: 'AES256', bucketKey };
  only(byDefault, 'SSEAlgorithm', 'KMSMasterKeyID');
  const algorithm = choice(byDefault, 'SSEAlgorithm', ['AES256', 'aws:kms', 'aws:kms:dsse']);
  const keyId = byDefault.textOf('KMSMasterKeyID');
  if (!algorithm) throw new S3Error('MalformedXML');
  if (algorithm === 'AES256' && keyId !== undefined)
    throw new S3Error(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
    );
  return { algorithm, ...(keyId !== undefined && { keyId }), bucketKey };
}

export const encryptionOf = oncePerRecord((bucket) =>
  parseEncryption(settingOf(bucket, 'encryption') ?? DEFAULT_ENCRYPTION),
);
