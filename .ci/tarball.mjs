#!/usr/bin/env node
// Looks at a tarball of the package before anybody installs it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const [tarball] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tarball-'));
execFileSync('tar', ['-xzf', tarball, '-C', folder]);
const root = join(folder, 'package');
const files = readdirSync(root, { recursive: true }).map(String);
const mistakes = [];

for (const file of files.filter((name) => /\.(spec|kit)\.|\.map$/.test(name))) mistakes.push(`${file} is packed`);
for (const file of files.filter((name) => /\.c?js$/.test(name))) {
  const text = readFileSync(join(root, file), 'utf8');
  if (text.includes('sourceMappingURL')) mistakes.push(`${file} names a map`);
  // Jest compiles the package to CommonJS in applications that are.
  if (/\bimport\.meta\b/.test(text.replace(/^\s*(\/?\*|\/\/).*$/gm, ''))) mistakes.push(`${file} has import.meta`);
}

for (const page of files.filter((name) => name.endsWith('.md'))) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, link] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)) {
    if (!existsSync(resolve(root, dirname(page), link))) mistakes.push(`${page} links to ${link}, which is not packed`);
  }
}

rmSync(folder, { recursive: true });
process.stdout.write(`${files.length} entries\n`);
for (const mistake of mistakes) process.stderr.write(`tarball: ${mistake}\n`);
process.exit(mistakes.length > 0 ? 1 : 0);
