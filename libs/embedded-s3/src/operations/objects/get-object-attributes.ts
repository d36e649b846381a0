import { elementOf } from '../../checksums/index.js';
import type { Features } from '../../controls/features.js';
import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { authorise } from '../../request/authorise.js';
import type { Context, Operation } from '../../request/context.js';
import { page } from '../../request/listing.js';
import { targetVersion } from '../../request/target-version.js';
import { versionHeader } from '../../request/version-id.js';
import type { ObjectVersion } from '../../store/records.js';
import type { XmlNode } from '../../xml/xml-writer.js';

type Headers = Readonly<Record<string, string | undefined>>;
type Attribute = (version: ObjectVersion, features: Features, headers: Headers) => XmlNode;

const MAX_PARTS = 1000;

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  ETag: ({ etag }) => ({ ETag: etag }),
  Checksum: ({ checksum }, features) =>
    checksum && features.checksums
      ? { Checksum: { [elementOf(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type } }
      : {},
  ObjectParts: objectParts,
  StorageClass: ({ storageClass }) => ({ StorageClass: storageClass }),
  ObjectSize: ({ size }) => ({ ObjectSize: size }),
};

/** The parts one by one only where they have checksums: S3 API reference, "GetObjectAttributesParts". */
function objectParts({ partSizes, partChecksums, checksum }: ObjectVersion, features: Features, headers: Headers) {
  if (!partSizes) return {};
  if (!partChecksums || !checksum || !features.checksums) return { ObjectParts: { PartsCount: partSizes.length } };
  const [marker, max] = [wholeNumber(headers, 'part-number-marker', 0), wholeNumber(headers, 'max-parts', MAX_PARTS)];
  const parts = partSizes.map((Size, i) => ({
    PartNumber: i + 1,
    Size,
    [elementOf(checksum.algorithm)]: partChecksums[i],
  }));
  const { taken, truncated } = page(parts.slice(marker), Math.min(max, MAX_PARTS));
  return {
    ObjectParts: {
      PartsCount: parts.length,
      PartNumberMarker: marker,
      NextPartNumberMarker: taken.at(-1)?.PartNumber ?? 0,
      MaxParts: Math.min(max, MAX_PARTS),
      IsTruncated: truncated,
      Part: taken,
    },
  };
}

function wholeNumber(headers: Headers, name: string, otherwise: number): number {
  const text = headers[`x-amz-${name}`];
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text))
    throw new S3Error('InvalidArgument', undefined, { ArgumentName: `x-amz-${name}`, ArgumentValue: text });
  return Number(text);
}

function getObjectAttributes(ctx: Context): Answer {
  const { request, s3, bucket, key } = ctx;
  const versionId = request.query.get('versionId');
  authorise(ctx, { action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key, versionId });
  const asked = (request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  if (asked.some((name) => !Object.hasOwn(ATTRIBUTES, name)))
    throw new S3Error('InvalidArgument', 'Invalid attribute name specified.');
  const version = targetVersion(ctx);
  const nodes = Object.entries(ATTRIBUTES).filter(([name]) => asked.includes(name));
  const content = Object.assign({}, ...nodes.map(([, node]) => node(version, s3.features, request.headers))) as XmlNode;
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
