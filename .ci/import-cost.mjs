#!/usr/bin/env node
// In an application that has the package installed: which files an import of it loads beside those of @nestjs/core, and what
// that costs. Files are counted exactly; times and memory are of a shared machine, so their medians are only shown.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 5);
const imports = { core: ['@nestjs/core'], storage: ['@nestjs/core', 'nest-tenant-storage'] };
/** Loaded when first used, or by whoever imports their own entry. */
const unexpected =
  /\/(embedded-s3|testing|cli|probes)\/|\/clamd|node_modules\/(@opentelemetry|@aws-sdk\/client-sts|jose|file-type|busboy|pg)\//;

function run(names, coverage) {
  const load = `const from = performance.now(); ${names.map((name) => `await import('${name}');`).join(' ')}
    process.stdout.write(JSON.stringify({ ms: performance.now() - from, rss: process.memoryUsage().rss }));`;
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  delete env.NODE_V8_COVERAGE;
  if (coverage) env.NODE_V8_COVERAGE = coverage;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', load], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What V8 has run, modules of both systems alike. */
function filesOf(names) {
  const folder = mkdtempSync(join(tmpdir(), 'import-cost-'));
  run(names, folder);
  const files = readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).result);
  rmSync(folder, { recursive: true });
  return new Set(files.map(({ url }) => url).filter((url) => url.startsWith('file:')));
}

const packageOf = (url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? 'the application';
const core = filesOf(imports.core);
const added = [...filesOf(imports.storage)].filter((url) => !core.has(url));
const counts = new Map();
for (const url of added) counts.set(packageOf(url), (counts.get(packageOf(url)) ?? 0) + 1);

const say = (line) => process.stdout.write(`${line}\n`);
const complain = (line) => process.stderr.write(`${line}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const measured = { core: [], storage: [] };
for (let i = 0; i < rounds; i++) for (const what of ['core', 'storage']) measured[what].push(run(imports[what]));
const of = (what, name) => median(measured[what].map((each) => each[name]));

say(
  `@nestjs/core alone: ${core.size} files, ${of('core', 'ms').toFixed(0)} ms, ${(of('core', 'rss') / 2 ** 20).toFixed(0)} MiB`,
);
say(
  `added: ${added.length} files, ${(of('storage', 'ms') - of('core', 'ms')).toFixed(0)} ms, ` +
    `${((of('storage', 'rss') - of('core', 'rss')) / 2 ** 20).toFixed(0)} MiB (medians of ${rounds})`,
);
for (const [name, count] of [...counts].toSorted((a, b) => b[1] - a[1])) say(`  ${count}  ${name}`);
const wrong = added.filter((url) => unexpected.test(url));
for (const url of wrong) complain(`import-cost: an import of the package loads ${url}`);
process.exit(wrong.length > 0 ? 1 : 0);
