import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import ts from 'typescript';

/** Below this path a page finds sources and packages by where they lie. */
const root = '/modules';

interface Exported {
  [condition: string]: Exported | string;
}

/** What a browser takes, best first. */
const conditions = ['browser', 'module', 'import', 'default'];

const chosen = (exported: Exported | string | undefined): string | undefined =>
  exported === undefined || typeof exported === 'string'
    ? exported
    : conditions.map((condition) => chosen(exported[condition])).find(Boolean);

/** Where a bundler would find it: a file beside the one that asks, or what a package gives a browser. */
function resolved(name: string, from: string): string {
  if (name.startsWith('.')) return existing(join(dirname(from), name));
  const [, packageName = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', packageName);
    if (!existsSync(home)) {
      if (folder === dirname(folder)) throw new Error(`There is no ${name} for ${from}.`);
      continue;
    }
    const { exports, module, main = 'index.js' } = manifestOf(home);
    const entry = typeof exports === 'string' || !exports?.['.'] ? { '.': exports ?? '' } : exports;
    const given = chosen((entry as Record<string, Exported | string>)[`.${rest}`]);
    return existing(join(home, given || rest || module || main));
  }
}

interface Manifest {
  type?: string;
  exports?: Record<string, Exported | string> | string;
  module?: string;
  main?: string;
}

const manifestOf = (home: string) => JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest;

function existing(path: string): string {
  const found = [path, `${path}.js`, path.replace(/\.js$/, '.ts'), join(path, 'index.js')].find(
    (each) => existsSync(each) && statSync(each).isFile(),
  );
  if (!found) throw new Error(`There is no file for ${path}.`);
  return found;
}

function isModule(path: string): boolean {
  if (/\.(ts|mjs)$/.test(path)) return true;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { type, module } = manifestOf(folder);
    return type === 'module' || (module !== undefined && join(folder, module) === path);
  }
  return false;
}

function served(path: string): string {
  const urlOf = (name: string) => root + resolved(name, path);
  const source = readFileSync(path, 'utf8');
  if (isModule(path)) {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const text = path.endsWith('.ts') ? ts.transpileModule(source, { compilerOptions: options }).outputText : source;
    return text.replace(/(\bfrom\s*|\bimport\s*)(["'])([^"']+)\2/g, (_all, word: string, _quote, name: string) => {
      return `${word}"${urlOf(name)}"`;
    });
  }
  const asked = [...source.matchAll(/\brequire\((["'])([^"']+)\1\)/g)].map(([, , name = '']) => name);
  // An example in a comment asks for the file itself.
  const names = [...new Set(asked)].filter((name) => resolved(name, path) !== path);
  return [
    ...names.map((name, at) => `import m${at} from ${JSON.stringify(urlOf(name))};`),
    `const all = {${names.map((name, at) => `${JSON.stringify(name)}: m${at}`).join(', ')}};`,
    `const module = { exports: {} }; ((module, exports, require, global) => {`,
    source,
    `})(module, module.exports, (name) => all[name], globalThis); export default module.exports;`,
  ].join('\n');
}

/** Serves sources and packages of this checkout to a page as a development server would, and tells the URL of one. */
export async function serveModules(page: Page): Promise<(path: string) => string> {
  await page.route(`**${root}/**`, async (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname).slice(root.length);
    if (path.endsWith('.json')) return route.fulfill({ contentType: 'application/json', body: readFileSync(path) });
    return route.fulfill({ contentType: 'text/javascript', body: served(path) });
  });
  return (path) => root + path;
}
