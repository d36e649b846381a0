import type { Io } from '../src/cli/io.js';
import { run } from '../src/cli/run.js';

/** Runs the command as a shell would, with its lines caught. */
export async function command(line: string[], { env = {}, answer }: { env?: Io['env']; answer?: boolean } = {}) {
  const [out, err, questions, progress]: [string[], string[], string[], string[]] = [[], [], [], []];
  const status = await run(line, {
    env: { ...env },
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
