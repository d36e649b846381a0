import { oncePerRecord, settingOf } from '../settings/bucket-settings.js';
import { flag, only } from '../xml/elements.js';
import { readXml } from '../xml/xml-reader.js';

const SETTINGS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

export type PublicAccessBlock = Record<(typeof SETTINGS)[number], boolean>;

/** @throws S3Error MalformedXML */
export function parsePublicAccessBlock(document: string): PublicAccessBlock {
  const root = only(readXml(Buffer.from(document), 'PublicAccessBlockConfiguration'), ...SETTINGS);
  return Object.fromEntries(SETTINGS.map((setting) => [setting, flag(root, setting) ?? false])) as PublicAccessBlock;
}

export const publicAccessBlockOf = oncePerRecord((bucket): PublicAccessBlock | undefined => {
  const document = settingOf(bucket, 'publicAccessBlock');
  return document === undefined ? undefined : parsePublicAccessBlock(document);
});
