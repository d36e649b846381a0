#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { run } from './run.js';

const cancelled = new AbortController();
process.once('SIGINT', () => cancelled.abort());
process.once('SIGTERM', () => cancelled.abort());
// A reader that has seen enough, such as head, must not stop what is half done.
process.stdout.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  signal: cancelled.signal,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  progress: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  },
  ...(process.stdin.isTTY && { ask }),
});

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
