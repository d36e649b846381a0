/** A look at the bytes of one upload, which come once, in order, before anybody can read the file. */
export interface Inspection {
  /** Kept with the file, where its bytes are found good: names of `a-z` and `-`, values of any text. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Resolves when more may come. */
  write(chunk: Uint8Array): Promise<void> | void;
  /** After the last byte: throws what the upload is to be refused with. */
  verdict(): Promise<void> | void;
  /** The upload has failed elsewhere: nothing is waited for any more. */
  abort(): void;
}
