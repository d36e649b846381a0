import { gzipped, jsonLines, type Records } from './json-lines.js';
import { hashOf, MerkleTree } from './merkle.js';
import { sealLine, sealText, type Seal } from './seal.js';
import type { NoteSigner } from './signer.js';

/** One month as gzip JSON lines, its seal last. */
export class SealedMonth {
  readonly #tree = new MerkleTree();
  #note: string | undefined;

  constructor(
    private readonly of: Pick<Seal, 'org' | 'month' | 'prev'>,
    private readonly records: Records,
    private readonly signer: NoteSigner,
  ) {}

  /** The signed note; undefined before the bytes have been read to their end. */
  get note(): string | undefined {
    return this.#note;
  }

  bytes(): AsyncGenerator<Uint8Array> {
    return gzipped(this.#lines());
  }

  async *#lines(): AsyncGenerator<Uint8Array> {
    yield* jsonLines(this.records, (leaf) => this.#tree.add(leaf));
    const marks = this.#tree.marks();
    this.#note = await this.signer.sign(sealText(this.#seal(marks)));
    yield Buffer.from(`${sealLine(this.#note, marks)}\n`);
  }

  #seal(marks: Buffer): Seal {
    const { size: count, step } = this.#tree;
    return { ...this.of, origin: this.signer.name, count, root: this.#tree.root(), step, marks: hashOf(marks) };
  }
}
