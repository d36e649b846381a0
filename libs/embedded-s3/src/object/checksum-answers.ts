import { elementOf, headerOf } from '../checksums/index.js';
import type { Features } from '../controls/features.js';
import type { Checksum, ObjectVersion } from '../store/records.js';
import type { XmlNode } from '../xml/xml-writer.js';

export function checksumHeaders(
  { checksum }: Pick<ObjectVersion, 'checksum'>,
  features: Features,
): Record<string, string | undefined> {
  if (!checksum || !features.checksums) return {};
  return { [headerOf(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

export const checksumElements = (checksum: Checksum | undefined): XmlNode =>
  checksum ? { [elementOf(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type } : {};
