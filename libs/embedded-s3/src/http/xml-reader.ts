import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './s3-error.js';

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** One element: its text, or its children by name. */
export class XmlElement {
  constructor(private readonly content: unknown) {}

  /** Text of this element; `''` when it has children instead. */
  get text(): string {
    return typeof this.content === 'string' ? this.content : '';
  }

  /** Names of the child elements. */
  get names(): string[] {
    return this.isParent(this.content) ? Object.keys(this.content).filter((name) => name !== '#text') : [];
  }

  all(name: string): XmlElement[] {
    const found = this.isParent(this.content) && Object.hasOwn(this.content, name) ? this.content[name] : undefined;
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((item) => new XmlElement(item));
  }

  /** The only child of that name; MalformedXML when there are several. */
  one(name: string): XmlElement | undefined {
    const found = this.all(name);
    if (found.length > 1) throw new S3Error('MalformedXML');
    return found[0];
  }

  textOf(name: string): string | undefined {
    return this.one(name)?.text;
  }

  private isParent(content: unknown): content is Record<string, unknown> {
    return typeof content === 'object' && content !== null;
  }
}

/**
 * The document element of a request body. Refused as MalformedXML: what is not well formed, another root than expected,
 * a document type (entities of the sender's making), text that is not UTF-8.
 */
export function readXml(body: Buffer, root: string): XmlElement {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (/<!DOCTYPE/i.test(text) || !isPlain(text) || XMLValidator.validate(text) !== true)
      throw new S3Error('MalformedXML');
    const document = new XmlElement(parser.parse(text));
    const found = document.one(root);
    if (!found || document.names.length !== 1) throw new S3Error('MalformedXML');
    return found;
  } catch {
    throw new S3Error('MalformedXML');
  }
}

/**
 * Whether the text has only characters and references that XML 1.0 knows (sections 2.2 and 4.1). The parser leaves
 * others out, and would read the name of another object than was written.
 */
function isPlain(text: string): boolean {
  const markup = text.replace(/<!\[CDATA\[.*?\]\]>|<!--.*?-->/gs, '');
  if (!isLegal(text)) return false;
  return [...markup.matchAll(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g)].every(
    ([, name, decimal, hex]) => name !== undefined || isLegalCode(decimal ? Number(decimal) : parseInt(hex ?? '', 16)),
  );
}

const isLegalCode = (code: number): boolean => code <= 0x10ffff && isLegal(String.fromCodePoint(code));

const isLegal = (text: string): boolean => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
