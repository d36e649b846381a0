import { Logger } from '@nestjs/common';
import {
  answerOf,
  logText,
  StorageError,
  type ErrorAnswer,
  type ReceivedFile,
  type StoredFile,
} from 'nest-tenant-storage';

/** What became of one file of a form that had several. Without a name it is about the form itself, which broke off. */
export type FormItem = StoredFile | { fileName?: string; error: ErrorAnswer };

export interface FormAnswer {
  status: number;
  body: StoredFile | { items: FormItem[] };
}

interface Outcome {
  fileName?: string;
  stored?: StoredFile;
  error?: StorageError;
}

const logger = new Logger('FormAnswer');

/**
 * Stores the files of a form, one after the other. One file is answered as if it had come alone. Of several each has its
 * answer, in their order: 201 where all are stored, 207 where some are. Where none is, the first reason is thrown. A reason
 * that is none of the file's own, such as a store that is down, ends it: files that are not in the answer were not looked at.
 *
 * @throws {StorageError} when nothing was stored
 */
export async function storeForm(
  files: AsyncIterable<ReceivedFile>,
  store: (file: ReceivedFile) => Promise<StoredFile>,
): Promise<FormAnswer> {
  const outcomes = await takeEach(files, store);
  const stored = outcomes.flatMap((outcome) => outcome.stored ?? []);
  const failed = outcomes.find(({ error }) => error)?.error;
  if (failed && stored.length === 0) throw failed;
  const [only] = stored;
  if (only && outcomes.length === 1) return { status: 201, body: only };
  return { status: failed ? 207 : 201, body: { items: outcomes.map(itemOf) } };
}

async function takeEach(
  files: AsyncIterable<ReceivedFile>,
  store: (file: ReceivedFile) => Promise<StoredFile>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    for await (const file of files) {
      const { fileName } = file;
      outcomes.push(
        await store(file).then(
          (stored) => ({ fileName, stored }),
          (error: unknown) => ({ fileName, error: known(error) }),
        ),
      );
      if (endsForm(outcomes.at(-1)?.error)) break;
    }
  } catch (error) {
    // A form that breaks off within a file has told that file already.
    if (outcomes.every((outcome) => outcome.error !== error)) outcomes.push({ error: known(error) });
  }
  return outcomes;
}

function endsForm(error: StorageError | undefined): boolean {
  return error !== undefined && (error.code === 'too_many_requests' || answerOf(error).statusCode >= 500);
}

function itemOf({ fileName, stored, error }: Outcome): FormItem {
  if (stored) return stored;
  const answer = answerOf(error as StorageError);
  if (answer.statusCode >= 500) logger.error(logText(error as StorageError));
  return { ...(fileName !== undefined && { fileName }), error: answer };
}

/** A mistake of our own is not one file's matter. */
function known(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  throw error;
}
