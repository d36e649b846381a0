import { existsSync, readFileSync } from 'node:fs';
import { run } from '../../src/cli/run.js';

/** The command in a process of its own. What it would wait for has passed; the rest is as its users run it. */
process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  clock: { now: Date.now, sleep: async () => undefined },
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  progress: () => {},
});
// Of this program alone: what `getrusage` says is at least what its parent had when it was forked.
const own = () => /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.send?.(existsSync('/proc/self/status') ? Number(own()) : process.resourceUsage().maxRSS);
