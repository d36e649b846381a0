import { S3Error } from '../errors/s3-error.js';
import { XmlElement } from './xml-element.js';

export { XmlElement } from './xml-element.js';

/** How much of a document is looked at. What is larger is refused before it is read. */
export interface XmlLimits {
  readonly bytes: number;
  readonly elements: number;
}

/** Settings and the like. Source of the 64 KB: S3 User Guide, "Elements of a CORS configuration". */
export const SMALL_DOCUMENT: XmlLimits = { bytes: 64 * 1024, elements: 4000 };
/** Deeper than any document that S3 knows. */
const MAX_DEPTH = 16;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g;
/** A name behind the prefix of its namespace. */
const NAME = /(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)/y;
const SPACE = /[ \t\n]*/y;
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * The document element of a request body. Refused as MalformedXML: what is not well formed, another root than expected,
 * a document type (entities of the sender's making), text that is not UTF-8, more elements than the limit.
 *
 * @throws S3Error MalformedXML, MaxMessageLengthExceeded
 */
export function readXml(body: Buffer, root: string, limits = SMALL_DOCUMENT): XmlElement {
  if (body.length > limits.bytes) throw new S3Error('MaxMessageLengthExceeded');
  const element = new Reader(decode(body), limits.elements).document();
  if (element.name !== root) throw malformed();
  return element;
}

/** Only characters that XML 1.0 knows, ends of lines as it reads them (sections 2.2 and 2.11). */
function decode(body: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformed();
  }
  if (ILLEGAL.test(text)) throw malformed();
  return text.replace(/\r\n?/g, '\n');
}

/**
 * Goes through a text once, from left to right. Every search ends at the next place of interest, or refuses the document:
 * the work grows with the length of the text and with nothing else.
 */
class Reader {
  private at = 0;
  private elements = 0;
  /** the elements that have begun and not ended, the outermost first */
  private readonly open: XmlElement[] = [];
  private root?: XmlElement;

  constructor(
    private readonly source: string,
    private readonly maxElements: number,
  ) {}

  document(): XmlElement {
    if (this.source.startsWith('<?xml ')) this.until('?>');
    while (this.at < this.source.length) {
      this.text();
      if (this.takes('<!--')) this.comment();
      else if (this.takes('<![CDATA[')) this.addText(this.until(']]>'));
      else if (this.takes('</')) this.end();
      else if (this.takes('<')) this.start();
    }
    if (!this.root || this.open.length > 0) throw malformed();
    return this.root;
  }

  private text(): void {
    const next = this.source.indexOf('<', this.at);
    const text = this.source.slice(this.at, next < 0 ? undefined : next);
    this.at += text.length;
    if (this.open.length > 0) this.addText(dereference(text));
    else if (text.trim() !== '') throw malformed();
  }

  private comment(): void {
    this.until('--');
    if (!this.takes('>')) throw malformed();
  }

  private start(): void {
    const element = new XmlElement(this.name());
    if (++this.elements > this.maxElements || this.open.length === MAX_DEPTH) throw malformed();
    const parent = this.open.at(-1);
    if (parent) parent.add(element);
    else if (this.root) throw malformed();
    else this.root = element;
    while (this.space() && !this.ends()) this.attribute();
    if (this.takes('/>')) return;
    if (!this.takes('>')) throw malformed();
    this.open.push(element);
  }

  private end(): void {
    const name = this.name();
    this.space();
    if (this.open.pop()?.name !== name || !this.takes('>')) throw malformed();
  }

  /** S3's documents say nothing in attributes. */
  private attribute(): void {
    this.name();
    this.space();
    if (!this.takes('=')) throw malformed();
    this.space();
    const quote = this.takes('"') ? '"' : this.takes("'") ? "'" : undefined;
    if (!quote) throw malformed();
    const value = this.until(quote);
    if (value.includes('<')) throw malformed();
    dereference(value);
  }

  private addText(text: string): void {
    const current = this.open.at(-1);
    if (!current) throw malformed();
    current.addText(text);
  }

  private name(): string {
    const [written = '', name = ''] = this.match(NAME) ?? [];
    if (written === '') throw malformed();
    return name;
  }

  private space(): boolean {
    return this.match(SPACE)?.[0] !== '';
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    this.at += found?.[0].length ?? 0;
    return found;
  }

  private ends(): boolean {
    return this.source[this.at] === '/' || this.source[this.at] === '>';
  }

  private takes(text: string): boolean {
    const found = this.source.startsWith(text, this.at);
    if (found) this.at += text.length;
    return found;
  }

  private until(text: string): string {
    const end = this.source.indexOf(text, this.at);
    if (end < 0) throw malformed();
    const found = this.source.slice(this.at, end);
    this.at = end + text.length;
    return found;
  }
}

/** Source: XML 1.0, section 4.1. */
const dereference = (text: string): string =>
  text.replace(REFERENCE, (_, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? '';
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    if (!isLegal(code)) throw malformed();
    return String.fromCodePoint(code);
  });

const isLegal = (code: number): boolean =>
  code < 0x20
    ? code === 9 || code === 10 || code === 13
    : code < 0xd800 || (code > 0xdfff && code <= 0x10ffff && code !== 0xfffe && code !== 0xffff);

const malformed = (): S3Error => new S3Error('MalformedXML');
