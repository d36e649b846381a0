import type { Io } from '../src/cli/io.js';
import { run } from '../src/cli/run.js';
import type { TestStorage } from '../src/testing/test-storage.js';

/** Where the embedded server is and its keys, as variables of the command. */
export const envOf = ({ bucket, s3 }: Pick<TestStorage, 'bucket' | 's3'>) => ({
  S3_BUCKET: bucket,
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
});

/** Runs the command as a shell would, with its lines caught. */
export async function command(
  line: string[],
  { env = {}, answer, clock, signal }: { env?: Io['env']; answer?: boolean } & Pick<Io, 'clock' | 'signal'> = {},
) {
  const [out, err, questions, progress]: [string[], string[], string[], string[]] = [[], [], [], []];
  const status = await run(line, {
    env: { ...env },
    ...(clock && { clock }),
    ...(signal && { signal }),
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    progress: (text) => void progress.push(text),
    ...(answer !== undefined && {
      ask: async (question: string) => {
        questions.push(question);
        return answer;
      },
    }),
  });
  return { status, out: out.join('\n'), err: err.join('\n'), questions, progress };
}
