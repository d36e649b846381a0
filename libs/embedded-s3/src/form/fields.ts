import { asHeaderValue } from '../http/header-value.js';
import { readXml } from '../xml/xml-reader.js';

/** Fields that describe the object as headers of PutObject do. */
const DESCRIBING =
  /^(content-type|cache-control|content-disposition|content-encoding|content-language|expires|content-md5|x-amz-.+)$/;
/** …but not those of the signature, nor what selects another operation than storing this file. */
const NOT_OF_THE_OBJECT =
  /^x-amz-(algorithm|credential|date|signature|security-token|content-sha256|decoded-.*|trailer|copy-source.*|expected-bucket-owner)$/;

/** `${filename}` stands for the name of the file wherever it is written. */
export function fillInFilename(fields: ReadonlyMap<string, string>, filename: string): Map<string, string> {
  const filled = [...fields].map(([name, value]): [string, string] => [
    name,
    name === 'policy' ? value : value.replaceAll('${filename}', () => filename),
  ]);
  return new Map(filled);
}

/**
 * The headers with which PutObject would store the same object.
 *
 * @throws S3Error MalformedXML for a `tagging` field that is no tag set
 */
export function headersOf(fields: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (DESCRIBING.test(name) && !NOT_OF_THE_OBJECT.test(name)) headers[name] = asHeaderValue(value);
  }
  const acl = fields.get('acl');
  if (acl !== undefined) headers['x-amz-acl'] = asHeaderValue(acl);
  const tagging = fields.get('tagging');
  if (tagging !== undefined) headers['x-amz-tagging'] = tagsOf(tagging);
  return headers;
}

function tagsOf(xml: string): string {
  const set = readXml(Buffer.from(xml), 'Tagging').one('TagSet');
  const tags = set?.all('Tag') ?? [];
  return tags
    .map((tag) => [tag.textOf('Key'), tag.textOf('Value')].map((text) => encodeURIComponent(text ?? '')).join('='))
    .join('&');
}
