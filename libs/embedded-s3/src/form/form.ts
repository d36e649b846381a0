import busboy from 'busboy';
import { S3Error } from '../errors/s3-error.js';

/** Bytes of a form without its file. Source: S3 API reference, "POST Object". */
export const MAX_FORM = 20 * 1024;
const MAX_FIELDS = 200;

export interface Form {
  /** The fields before the file, names in lower case; what comes after the file is ignored, as S3 does. */
  readonly fields: ReadonlyMap<string, string>;
  /** As the sender named the file, without folders. */
  readonly filename: string;
  /**
   * The file as it arrives, to be read once. Ends only after the whole form was well formed.
   *
   * @throws S3Error MalformedPOSTRequest
   */
  contents(): AsyncGenerator<Buffer>;
  /** Lets the body go. To be called when the file is not wanted, and harmless otherwise. */
  cancel(): Promise<void>;
}

/** Reads a form up to its file. @throws S3Error MalformedPOSTRequest, InvalidArgument, MaxPostPreDataLengthExceededError */
export async function readForm(body: AsyncIterable<Buffer>, contentType: string | undefined): Promise<Form> {
  const reader = new FormReader(body[Symbol.asyncIterator](), open(contentType));
  try {
    await reader.readFields();
    return reader;
  } catch (error) {
    await reader.cancel();
    throw error;
  }
}

function open(contentType: string | undefined): busboy.Busboy {
  if (!/^multipart\/form-data\s*;/i.test(contentType ?? ''))
    throw new S3Error('PreconditionFailed', 'Bucket POST must be of the enclosure-type multipart/form-data');
  try {
    const limits = { fieldSize: MAX_FORM + 1, fieldNameSize: 1024 };
    return busboy({ headers: { 'content-type': contentType }, defParamCharset: 'utf8', limits });
  } catch {
    throw new S3Error('MalformedPOSTRequest');
  }
}

/**
 * Takes one chunk of the body at a time, and only when somebody waits for what is in it: so the body is never read ahead,
 * and can be let go between any two chunks.
 */
class FormReader implements Form {
  readonly fields = new Map<string, string>();
  filename = '';
  private fileSeen = false;
  private ended = false;
  private failure?: S3Error;
  private fieldBytes = 0;
  private received: Buffer[] = [];

  constructor(
    private readonly body: AsyncIterator<Buffer>,
    private readonly parser: busboy.Busboy,
  ) {
    parser.on('error', () => this.fail(new S3Error('MalformedPOSTRequest')));
    parser.on('field', (name: string | undefined, value, { valueTruncated }) =>
      this.takeField(name?.toLowerCase(), value, valueTruncated),
    );
    parser.on('file', (name: string | undefined, stream, { filename }) => {
      stream.on('error', () => this.fail(new S3Error('MalformedPOSTRequest')));
      if (this.fileSeen) return void stream.resume();
      if (name?.toLowerCase() !== 'file') this.fail(onlyOneFile());
      this.fileSeen = true;
      this.filename = filename ?? '';
      stream.on('data', (chunk: Buffer) => this.received.push(chunk));
    });
  }

  async readFields(): Promise<void> {
    let size = 0;
    while (!this.fileSeen) {
      if (size > MAX_FORM) throw new S3Error('MaxPostPreDataLengthExceededError');
      size += await this.step();
      if (this.ended && !this.fileSeen) throw onlyOneFile();
    }
  }

  async *contents(): AsyncGenerator<Buffer> {
    while (this.received.length > 0 || !this.ended) {
      const ready = this.received;
      this.received = [];
      yield* ready;
      if (!this.ended) await this.step();
    }
  }

  async cancel(): Promise<void> {
    this.parser.destroy();
    await this.body.return?.();
  }

  /** Takes the next chunk in; answers its size. */
  private async step(): Promise<number> {
    const { done, value } = await this.body.next();
    await new Promise<void>((resolve) => {
      // the parser's own errors come by its event; what it calls back with says nothing more
      if (done) this.parser.once('close', resolve).end();
      else if (this.parser.destroyed) resolve();
      else this.parser.write(value, () => resolve());
    });
    if (this.failure) throw this.failure;
    this.ended = done === true;
    return done ? 0 : value.length;
  }

  private takeField(field: string | undefined, value: string, cut: boolean): void {
    if (this.fileSeen) return;
    this.fieldBytes += Buffer.byteLength(`${field}${value}`);
    if (cut || this.fieldBytes > MAX_FORM || this.fields.size === MAX_FIELDS)
      this.fail(new S3Error('MaxPostPreDataLengthExceededError'));
    else if (field === undefined) this.fail(new S3Error('MalformedPOSTRequest'));
    else if (field === 'file') this.fail(onlyOneFile());
    else if (this.fields.has(field))
      this.fail(new S3Error('InvalidArgument', `The form has more than one field named '${field}'.`));
    else this.fields.set(field, value);
  }

  /** The first failure is the one to tell; the parser goes on with its chunk. */
  private fail(error: S3Error): void {
    this.failure ??= error;
  }
}

const onlyOneFile = (): S3Error =>
  new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
    ArgumentName: 'file',
    ArgumentValue: '0',
  });
