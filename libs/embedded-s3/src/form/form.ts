import busboy from 'busboy';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Error } from '../http/s3-error.js';

/** Bytes of a form without its file. Source: S3 API reference, "POST Object". */
export const MAX_FORM = 20 * 1024;
const MAX_FIELDS = 200;

export interface Form {
  /** The fields before the file, names in lower case; what comes after the file is ignored, as S3 does. */
  readonly fields: ReadonlyMap<string, string>;
  /** As the sender named the file, without folders. */
  readonly filename: string;
  /**
   * The file as it arrives, to be read once. Ends only after the whole form was well formed; stopping early cancels it.
   *
   * @throws S3Error MalformedPOSTRequest
   */
  contents(): AsyncGenerator<Buffer>;
  /** To be called when the file is not wanted. */
  cancel(): void;
}

/** Reads a form up to its file. @throws S3Error MalformedPOSTRequest, InvalidArgument, MaxPostPreDataLengthExceededError */
export async function readForm(body: AsyncIterable<Buffer>, contentType: string | undefined): Promise<Form> {
  const parser = open(contentType);
  const fields = new Map<string, string>();
  let size = 0;
  let fileSeen = false;
  return new Promise((resolve, reject) => {
    const refuse = (error: S3Error): void => {
      reject(error);
      parser.destroy();
    };
    parser.on('field', (name: string | undefined, value, { valueTruncated }) => {
      if (fileSeen) return;
      size += Buffer.byteLength(`${name}${value}`);
      const field = name?.toLowerCase();
      if (valueTruncated || size > MAX_FORM || fields.size === MAX_FIELDS)
        refuse(new S3Error('MaxPostPreDataLengthExceededError'));
      else if (field === undefined) refuse(new S3Error('MalformedPOSTRequest'));
      else if (field === 'file') refuse(onlyOneFile());
      else if (fields.has(field))
        refuse(new S3Error('InvalidArgument', `The form has more than one field named '${field}'.`));
      else fields.set(field, value);
    });
    parser.on('file', (name: string | undefined, stream, { filename }) => {
      stream.on('error', () => undefined);
      if (fileSeen) return void stream.resume();
      if (name?.toLowerCase() !== 'file') return refuse(onlyOneFile());
      fileSeen = true;
      const cancel = (): void => void parser.destroy();
      resolve({ fields, filename: filename ?? '', cancel, contents: () => contents(stream, finished, cancel) });
    });
    const finished = pipeline(
      bounded(body, () => fileSeen),
      parser,
    );
    finished.then(
      () => reject(onlyOneFile()),
      (error: unknown) => reject(asS3Error(error)),
    );
  });
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

/** A form that never comes to its file is not read to its end. */
async function* bounded(body: AsyncIterable<Buffer>, done: () => boolean): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    if (size > MAX_FORM && !done()) throw new S3Error('MaxPostPreDataLengthExceededError');
    size += chunk.length;
    yield chunk;
  }
}

async function* contents(stream: Readable, finished: Promise<void>, cancel: () => void): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>;
    await finished;
  } catch (error) {
    throw asS3Error(error);
  } finally {
    cancel();
  }
}

const asS3Error = (error: unknown): S3Error => (error instanceof S3Error ? error : new S3Error('MalformedPOSTRequest'));

const onlyOneFile = (): S3Error =>
  new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
    ArgumentName: 'file',
    ArgumentValue: '0',
  });
