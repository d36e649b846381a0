import { readXml } from '../http/xml-reader.js';
import { xmlDocument } from '../http/xml-writer.js';
import { flag, only } from './elements.js';

const SETTINGS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

export type PublicAccessBlock = Record<(typeof SETTINGS)[number], boolean>;

/** New buckets block everything since April 2023. Source: S3 User Guide, "Blocking public access". */
export const DEFAULT_PUBLIC_ACCESS_BLOCK = xmlDocument(
  'PublicAccessBlockConfiguration',
  Object.fromEntries(SETTINGS.map((setting) => [setting, true])),
);

/** @throws S3Error MalformedXML */
export function parsePublicAccessBlock(document: string): PublicAccessBlock {
  const root = only(readXml(Buffer.from(document), 'PublicAccessBlockConfiguration'), ...SETTINGS);
  return Object.fromEntries(SETTINGS.map((setting) => [setting, flag(root, setting) ?? false])) as PublicAccessBlock;
}
