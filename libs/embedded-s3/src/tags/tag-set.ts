import { S3Error } from '../errors/s3-error.js';
import { readXml, type XmlElement } from '../xml/xml-reader.js';
import type { XmlNode } from '../xml/xml-writer.js';

export type Tags = Readonly<Record<string, string>>;

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @param max 10 for objects, 50 for buckets */
function checkTags(pairs: readonly (readonly [string, string])[], max: number): Tags {
  const tags: Record<string, string> = Object.create(null);
  for (const [key, value] of pairs) {
    const fits = key !== '' && key.length <= 128 && value.length <= 256 && ALLOWED.test(key) && ALLOWED.test(value);
    if (!fits) throw new S3Error('InvalidTag', 'The tag key or value you have provided is invalid.');
    if (key in tags) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
    tags[key] = value;
  }
  if (pairs.length > max) throw new S3Error('InvalidTag', `There may be at most ${max} tags.`);
  return tags;
}

/** The header x-amz-tagging: tags as a URL query. */
export function readTaggingHeader(header: string): Tags {
  return checkTags([...new URLSearchParams(Buffer.from(header, 'latin1').toString('utf8'))], 10);
}

/** A `<Tagging>` document. */
export function readTagging(body: Buffer, max: number): Tags {
  const set = readXml(body, 'Tagging').one('TagSet');
  return set ? readTags(set, max) : {};
}

/** The `<Tag>`s in an element. */
export const readTags = (set: XmlElement, max: number): Tags =>
  checkTags(
    set.all('Tag').map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']),
    max,
  );

export const tagSet = (tags: Tags): XmlNode => ({
  TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
});
