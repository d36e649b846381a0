#!/usr/bin/env node
// Compiles a project of nest-cli.json: `node .ci/build.mjs demo-api`. Nest's own command does the same, but the release that
// belongs to Nest 12 does not start on Node 20.19.0, and a fresh clone is built on every Node that we name.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { projects } = json('nest-cli.json');
const [name] = process.argv.slice(2);
const project = projects[name];
if (!project) {
  process.stderr.write(`build: no project ${name}. There are: ${Object.keys(projects).join(', ')}\n`);
  process.exit(2);
}
const { tsConfigPath, assets = [] } = project.compilerOptions;
const { outDir, rootDir } = json(tsConfigPath).compilerOptions;
const from = join(root, dirname(tsConfigPath), rootDir);
const out = join(root, dirname(tsConfigPath), outDir);

// What an earlier build left would be packed and served.
rmSync(out, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', tsConfigPath], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

// The compiler keeps the names of `paths` as they are written; Node wants the files that they stand for.
const { paths } = json('tsconfig.json').compilerOptions;
for (const file of readdirSync(out, { recursive: true }).filter((path) => /\.(js|d\.ts)$/.test(path))) {
  const text = readFileSync(join(out, file), 'utf8');
  const linked = text.replace(/(\bfrom |\bimport\(|^import )'([^'.][^']*)'/gm, (whole, before, specifier) => {
    if (!Object.hasOwn(paths, specifier)) return whole;
    const target = join(out, relative(from, join(root, paths[specifier][0].replace(/\.ts$/, '.js'))));
    const path = relative(dirname(join(out, file)), target).replaceAll('\\', '/');
    return `${before}'${path.startsWith('.') ? path : `./${path}`}'`;
  });
  if (linked !== text) writeFileSync(join(out, file), linked);
}
// Folders, as Nest writes them: from the sources on, with all that is in them.
for (const asset of assets) {
  const folder = join(root, project.sourceRoot, asset.replace(/\/\*\*\/\*$/, ''));
  cpSync(folder, join(out, relative(from, folder)), { recursive: true });
}
