import { elementOf } from '../checksums/index.js';
import { xmlAnswer, type Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import type { XmlNode } from '../http/xml-writer.js';
import type { Features } from '../controls/features.js';
import type { ObjectVersion } from '../store/records.js';
import { authorise } from './authorise.js';
import type { Context, Operation } from './context.js';
import { versionHeader } from './object-headers.js';
import { targetVersion } from './target-version.js';

const ATTRIBUTES: Readonly<Record<string, (version: ObjectVersion, features: Features) => XmlNode>> = {
  ETag: ({ etag }) => ({ ETag: etag }),
  Checksum: ({ checksum }, features) =>
    checksum && features.checksums
      ? { Checksum: { [elementOf(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type } }
      : {},
  ObjectParts: ({ partSizes }) => (partSizes ? { ObjectParts: { PartsCount: partSizes.length } } : {}),
  StorageClass: ({ storageClass }) => ({ StorageClass: storageClass }),
  ObjectSize: ({ size }) => ({ ObjectSize: size }),
};

function getObjectAttributes(ctx: Context): Answer {
  const { request, s3, bucket, key } = ctx;
  const versionId = request.query.get('versionId');
  authorise(ctx, { action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key, versionId });
  const asked = (request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  if (asked.some((name) => !Object.hasOwn(ATTRIBUTES, name)))
    throw new S3Error('InvalidArgument', 'Invalid attribute name specified.');
  const version = targetVersion(ctx);
  const nodes = Object.entries(ATTRIBUTES).filter(([name]) => asked.includes(name));
  const content = Object.assign({}, ...nodes.map(([, node]) => node(version, s3.features))) as XmlNode;
  return xmlAnswer('GetObjectAttributesResponse', content, {
    ...versionHeader(version.versionId),
    'last-modified': new Date(version.lastModified).toUTCString(),
  });
}

export const attributesOperations: readonly Operation[] = [
  {
    name: 'GetObjectAttributes',
    method: 'GET',
    level: 'object',
    query: 'attributes',
    params: ['versionId'],
    action: 's3:GetObjectAttributes',
    versionAction: 's3:GetObjectVersionAttributes',
    run: getObjectAttributes,
  },
];
