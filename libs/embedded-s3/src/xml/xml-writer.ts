export type XmlValue = string | number | boolean | undefined | XmlNode | readonly XmlValue[];
/** Element name → content; an array repeats the element, `undefined` leaves it out. `@name` is an attribute, `#text` the text beside. */
export interface XmlNode {
  readonly [name: string]: XmlValue;
}

const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document in S3's namespace, or in none when `namespace` is null (as `<Error>` has none). */
export function xmlDocument(root: string, content: XmlNode, namespace: string | null = S3_NAMESPACE): string {
  const attributes = namespace === null ? {} : { '@xmlns': namespace };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, { ...attributes, ...content })}`;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`;
  let attributes = '';
  let children = '';
  for (const [child, content] of Object.entries(value)) {
    if (child === '#text') children += escapeXml(String(content));
    else if (child.startsWith('@')) attributes += ` ${child.slice(1)}="${escapeXml(String(content))}"`;
    else children += element(child, content);
  }
  return `<${name}${attributes}>${children}</${name}>`;
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters are legal in keys: they are written as references, as S3 does, so that none is normalised away. */
function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (c) => ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16)};`);
}
