import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from './request.js';

/** Every `x-amz-*` header this server acts on, or that has no meaning beyond the request that carries it. */
const KNOWN = new RegExp(
  `^x-amz-(${[
    'acl',
    'bucket-object-lock-enabled',
    'bypass-governance-retention',
    'checksum-(algorithm|crc32|crc32c|crc64nvme|mode|sha1|sha256|type)',
    'content-sha256',
    'copy-source(-range|-if-(match|none-match|modified-since|unmodified-since))?',
    'date',
    'decoded-content-length',
    '(source-)?expected-bucket-owner',
    'meta-.+',
    'max-parts',
    'metadata-directive',
    'mp-object-size',
    'object-attributes',
    'object-lock-(mode|retain-until-date|legal-hold)',
    'object-ownership',
    'optional-object-attributes',
    'part-number-marker',
    'request-payer',
    'sdk-checksum-algorithm',
    'security-token',
    'server-side-encryption(-aws-kms-key-id|-bucket-key-enabled)?',
    'storage-class',
    'tagging(-directive)?',
    'te',
    'trailer',
    'transition-default-minimum-object-size',
    'user-agent',
  ].join('|')})$`,
);

/** What a header asks for is done or refused, never left out in silence. */
export function checkHeaders({ headers }: S3Request, accountId: string): void {
  const unknown = Object.keys(headers).find((name) => name.startsWith('x-amz-') && !KNOWN.test(name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', undefined, { Header: unknown });
  const owners = [headers['x-amz-expected-bucket-owner'], headers['x-amz-source-expected-bucket-owner']];
  if (owners.some((owner) => owner !== undefined && owner !== accountId)) throw new S3Error('AccessDenied');
}
