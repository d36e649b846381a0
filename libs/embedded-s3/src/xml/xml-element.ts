import { S3Error } from '../errors/s3-error.js';
import type { XmlNode, XmlValue } from './xml-writer.js';

/** One element: its text, or its children by name. */
export class XmlElement {
  /** In the order of the document: most elements have one or two, and a map of each costs more than it saves. */
  private children?: XmlElement[];
  private content = '';

  /** @param name without the prefix of its namespace */
  constructor(readonly name: string) {}

  /** Text of this element; `''` when it has children instead. */
  get text(): string {
    return this.children ? '' : this.content;
  }

  /** Names of the child elements. */
  get names(): string[] {
    return [...new Set(this.children?.map(({ name }) => name))];
  }

  all(name: string): readonly XmlElement[] {
    return this.children?.filter((child) => child.name === name) ?? [];
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

  /** To be written again; children of one name come together. */
  toNode(): XmlNode {
    const value = (element: XmlElement): XmlValue => (element.children ? element.toNode() : element.text);
    return Object.fromEntries(this.names.map((name) => [name, this.all(name).map(value)]));
  }

  add(child: XmlElement): void {
    (this.children ??= []).push(child);
  }

  addText(text: string): void {
    this.content += text;
  }
}
