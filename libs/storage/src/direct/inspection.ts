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

/** What was sent and has not been put in place yet, as the store has it. */
export interface SentObject {
  /** What others have written on its newest version, and which version that is; none where the bucket keeps none. */
  tags(): Promise<{ readonly tags: Readonly<Record<string, string>>; readonly version?: string }>;
}

/** A version of what was sent that was found good by somebody outside. */
export interface Examined {
  /** No other one is read, compared and put in place. */
  readonly version: string;
  /** As an inspection's. */
  readonly metadata?: Readonly<Record<string, string>>;
}
