import {
  BANG,
  COLON,
  dereference,
  GREATER,
  isNameCharacter,
  isNameStart,
  LESS,
  malformed,
  NEWLINE,
  SLASH,
  SPACE,
  TAB,
} from './characters.js';
import { XmlElement } from './xml-element.js';

/** Deeper than any document that S3 knows. */
const MAX_DEPTH = 16;
/** S3 has three, of a grantee. */
const MAX_ATTRIBUTES = 8;

/** The characters that XML 1.0 does not know (section 2.2). */
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Goes through a text once, from left to right. Every search ends at the next place of interest, or refuses the document:
 * the work grows with the length of the text and with nothing else. By character codes: a pattern for each name or space
 * costs four times as much in a process that has read no document yet.
 */
export class DocumentReader {
  private at = 0;
  private pieces = 0;
  /** the elements that have begun and not ended, the outermost first */
  private readonly open: XmlElement[] = [];
  private root?: XmlElement;

  constructor(
    private readonly source: string,
    private readonly maxPieces: number,
  ) {}

  /** Reads on for so many characters, to the end of the piece that they end in. False at the end of the document. */
  read(characters: number): boolean {
    const from = this.at;
    if (from === 0 && this.source.startsWith('<?xml ')) this.until('?>');
    while (this.at < this.source.length && this.at - from < characters) this.piece();
    if (ILLEGAL.test(this.source.slice(from, this.at))) throw malformed();
    return this.at < this.source.length;
  }

  document(name: string): XmlElement {
    if (this.root?.name !== name || this.open.length > 0) throw malformed();
    return this.root;
  }

  private piece(): void {
    if (this.code() === LESS) this.markup();
    else this.text();
  }

  private text(): void {
    const next = this.source.indexOf('<', this.at);
    const text = this.source.slice(this.at, next < 0 ? undefined : next);
    this.at += text.length;
    if (this.open.length > 0) this.addText(dereference(text));
    else if (text.trim() !== '') throw malformed();
  }

  private markup(): void {
    const next = this.source.charCodeAt(this.at + 1);
    this.at += 1;
    if (next === SLASH) return this.end();
    this.count();
    if (next !== BANG) return this.start();
    if (this.takes('!--')) return this.comment();
    if (!this.takes('![CDATA[')) throw malformed();
    this.addText(this.until(']]>'));
  }

  private count(): void {
    if (++this.pieces > this.maxPieces) throw malformed();
  }

  private comment(): void {
    this.until('--');
    if (!this.takes('>')) throw malformed();
  }

  private start(): void {
    const element = new XmlElement(this.name());
    if (this.open.length === MAX_DEPTH) throw malformed();
    const parent = this.open.at(-1);
    if (parent) parent.add(element);
    else if (this.root) throw malformed();
    else this.root = element;
    for (let n = 0; this.space() && !this.ends(); n += 1) {
      if (n === MAX_ATTRIBUTES) throw malformed();
      this.attribute();
    }
    if (this.takes('/>')) return;
    if (!this.takes('>')) throw malformed();
    this.open.push(element);
  }

  private end(): void {
    this.at += 1;
    const name = this.name();
    this.space();
    if (this.open.pop()?.name !== name || !this.takes('>')) throw malformed();
  }

  /** S3's documents say nothing in attributes. */
  private attribute(): void {
    this.count();
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

  /** Without the prefix of its namespace. */
  private name(): string {
    const first = this.simpleName();
    if (this.code() !== COLON || !isNameStart(this.source.charCodeAt(this.at + 1))) return first;
    this.at += 1;
    return this.simpleName();
  }

  private simpleName(): string {
    const from = this.at;
    if (!isNameStart(this.code())) throw malformed();
    do this.at += 1;
    while (isNameCharacter(this.code()));
    return this.source.slice(from, this.at);
  }

  private space(): boolean {
    const from = this.at;
    for (let code = this.code(); code === SPACE || code === NEWLINE || code === TAB; code = this.code()) this.at += 1;
    return this.at > from;
  }

  private ends(): boolean {
    return this.code() === SLASH || this.code() === GREATER;
  }

  private code(): number {
    return this.source.charCodeAt(this.at);
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
