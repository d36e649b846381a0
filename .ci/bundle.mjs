#!/usr/bin/env node
// Puts the compiled files of the package together: one for each entry, and one for each set of modules that entries share.
// Node takes half a millisecond for every file that it loads, and an application would load two hundred. What is loaded
// later (`import()`) stays apart, and declarations stay as they are.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';

const root = fileURLToPath(new URL('../dist/libs/storage/', import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(new URL('../libs/storage/package.json', import.meta.url), 'utf8'));
const entries = [...Object.values(exports).flatMap(({ default: path }) => path ?? []), ...Object.values(bin)];
const main = 'storage/src/index.js';

/** What no application loads with the main entry, and what it loads when it is asked for only. */
const never = /^embedded-s3\/|\/(testing|cli)\//;
const later = /\/probes\/|\/clamd/;

const warnings = [];
const bundle = await rollup({
  input: Object.fromEntries(entries.map((path) => [path.replace(/^\.\/|\.js$/g, ''), join(root, path)])),
  // Libraries, and the two files that stay CommonJS.
  external: (id) => !/^[./]/.test(id) || id.endsWith('.cjs'),
  // Nothing is taken for unused: decorators and registrations work by being run.
  treeshake: false,
  // What TypeScript writes in front of decorators.
  onwarn: (warning) => void (warning.code === 'THIS_IS_UNDEFINED' || warnings.push(warning.message)),
});
/** @type {import('rollup').OutputOptions} */
const written = { format: 'es', chunkFileNames: 'storage/src/chunks/[name].js', minifyInternalExports: false };
const { output } = await bundle.generate(written);

const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
/** The modules that come with a file, by their paths in the package. */
function loadedWith(file, { dynamic }, seen = new Set()) {
  const chunk = chunks.get(file);
  if (!chunk || seen.has(chunk)) return [];
  seen.add(chunk);
  const further = [...chunk.imports, ...(dynamic ? chunk.dynamicImports : [])];
  const own = chunk.moduleIds.map((id) => relative(root, id));
  return [...own, ...further.flatMap((next) => loadedWith(next, { dynamic }, seen))];
}
const mistakes = [
  ...loadedWith(main, { dynamic: true }).filter((path) => never.test(path)),
  ...loadedWith(main, { dynamic: false }).filter((path) => later.test(path)),
].map((path) => `an application loads ${path}`);
// Nest names providers by their classes: two of one name in a file, and one of them would be told by another name.
for (const { code, fileName } of output) {
  for (const [renamed] of code.matchAll(/^class \w+\$\d+/gm)) mistakes.push(`${fileName} has ${renamed}`);
}
for (const mistake of [...warnings, ...mistakes]) process.stderr.write(`bundle: ${mistake}\n`);
if (warnings.length + mistakes.length > 0) process.exit(1);

for (const file of readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.js')))
  rmSync(join(root, file));
await bundle.write({ ...written, dir: root });
