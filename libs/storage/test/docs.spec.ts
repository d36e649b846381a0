import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flags } from '../src/cli/flags.js';
import { usage } from '../src/cli/usage.js';
import { answerOf } from '../src/http/error-answer.js';
import { optionNames } from '../src/options/option-names.js';
import { storageSettings } from '../src/options/storage.settings.js';
import { StorageError, storageErrorCodes } from '../src/storage.error.js';
import * as stores from '../../../examples/recipes/stores.js';

const read = (file: string) => readFileSync(file, 'utf8');
const pages = ['README.md', 'libs/embedded-s3/README.md', ...readdirSync('docs').map((file) => `docs/${file}`)]
  .filter((file) => file.endsWith('.md'))
  .map((file) => ({ file, text: read(file) }));
const blocks = pages.flatMap(({ file, text }) =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({ file, language, code })),
);
const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|cjs)$/.test(file))
  .map((file) => read(join('examples', file)));

/** The type check compiles these, `recipes.spec.ts` or CI's fresh applications run them. */
test.each(
  blocks.filter(({ language }) => /^[jt]sx?$/.test(language)).map((b) => [b.file, b.code.split('\n')[0], b.code]),
)('%s: %s is in the examples as it stands', (_file, _name, code) => {
  // Not the list as such: what is shown of a failure should be short.
  expect(examples.some((example) => example.includes(code))).toBe(true);
});

test('every block is in a language that is tried here, or is no program', () => {
  const languages = new Set(blocks.map(({ language }) => language));
  expect([...languages].filter((language) => !['ts', 'js', 'sh', 'json', ''].includes(language))).toEqual([]);
  for (const { code } of blocks.filter(({ language }) => language === 'json')) expect(JSON.parse(code)).toBeDefined();
});

test('shell blocks are ones, and name commands, flags, scripts and files that there are', () => {
  const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
  const parsed = spawnSync('bash', ['-n'], { input: shell.join('\n'), encoding: 'utf8' });
  expect(parsed.stderr).toBe('');
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
  const known = new Set(Object.keys(flags).flatMap((name) => [`--${name}`, `--no-${name}`]));
  for (const line of shell.join('\n').split('\n')) {
    for (const [, script = ''] of line.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
      expect(scripts).toContain(script);
    for (const [, command = '', rest = ''] of line.matchAll(/\bnest-tenant-storage ([\w-]+)([^#|;)]*)/g)) {
      if (command === 'nest-tenant-storage-s3' || line.startsWith('npm install')) continue;
      expect(usage()).toMatch(new RegExp(`^ *${command}\\b`, 'm'));
      for (const [flag] of rest.matchAll(/(?<=\s)--[\w-]+/g)) expect(known).toContain(flag);
    }
  }
});

test.each(pages.map(({ file, text }) => [file, text]))('%s links to what there is', (file, text) => {
  const bare = text.replace(/^```.*?^```$/gms, '');
  for (const [, path = '', anchor] of bare.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
    const target = path === '' ? file : join(dirname(file), path);
    expect([target, existsSync(target)]).toEqual([target, true]);
    if (anchor === undefined) continue;
    const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    );
    expect(headings).toContain(anchor);
  }
});

const rowsOf = (file: string, first: RegExp) =>
  read(file)
    .split('\n')
    .filter((line) => first.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** What a page calls its folders. */
const roots: Record<string, string> = {
  demo: 'apps/demo-api/test',
  embedded: 'libs/embedded-s3',
  test: 'libs/storage/test',
};
function fileOf(named: string): string {
  const [first = '', ...rest] = named.split('/');
  const root = roots[first];
  return root === undefined || existsSync(named) ? join('libs/storage/src', named) : join(root, ...rest);
}

test('security.md names tests that there are, by their titles', () => {
  const cells = rowsOf('docs/security.md', /^\| /).flatMap((cells) => cells.slice(1));
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([\w./-]+spec\.ts)`((?:[ ,]*"[^"]+")*)/g)]);
  expect(named.length).toBeGreaterThan(100);
  for (const [, name = '', titles = ''] of named) {
    const file = fileOf(name);
    expect([name, existsSync(file)]).toEqual([name, true]);
    for (const [, title = ''] of titles.matchAll(/"([^"]+)"/g)) {
      for (const part of title.split('…').map((each) => each.trim())) {
        expect([title, read(file).includes(part)]).toEqual([title, true]);
      }
    }
  }
});

test('architecture.md names files and folders that there are', () => {
  const named = [...read('docs/architecture.md').matchAll(/`([a-z][\w-]*(?:\/[\w.-]+)+\/?)`/g)].map(
    ([, name = '']) => name,
  );
  expect(named.length).toBeGreaterThan(30);
  const isThere = (name: string) =>
    ['libs/storage/src', '.'].some((root) => ['', '.ts'].some((ending) => existsSync(join(root, name + ending))));
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});

test('configuration.md has every option once, with its default', () => {
  const rows = rowsOf('docs/configuration.md', /^\| `[\w.]+` \|/);
  expect(rows.map(([name]) => name).toSorted()).toEqual(optionNames.map((name) => `\`${name}\``).toSorted());
  const settings = storageSettings({ bucket: 'clinic-files', region: 'eu-central-1' });
  const known: Record<string, unknown> = { ...settings, store: settings.store.like };
  for (const [name = '', said = ''] of rows) {
    const [, literal] = /^`([\w-]+)`$/.exec(said) ?? [];
    if (literal === undefined || /Endpoint$/.test(name.replaceAll('`', ''))) continue;
    const [option = '', inside] = name.replaceAll('`', '').split('.');
    const value = inside === undefined ? known[option] : (known[option] as Record<string, unknown>)[inside];
    expect([name, String(value)]).toEqual([name, literal]);
  }
});

test('errors.md has every code, with its status and when to try again', () => {
  const rows = rowsOf('docs/errors.md', /^\| `\w+` \| \d{3} \|/).map(([code, status, again]) => [code, status, again]);
  const codes = storageErrorCodes.map((code) => {
    const error = new StorageError(code, '');
    return [`\`${code}\``, String(answerOf(error).statusCode), String(error.retryAfterSeconds ?? '')];
  });
  expect(rows).toEqual(codes);
});

test.each(Object.entries(stores))('the options for %s are in order', (_name, options) => {
  expect(storageSettings(options)).toMatchObject({ bucket: options.bucket });
});

test('the map has each folder of the library once', () => {
  const named = rowsOf('README.md', /^\| `src\//).flatMap(([cell = '']) =>
    [...cell.matchAll(/`src\/([^`]+)`/g)].map(([, name = '']) => name),
  );
  const folders = readdirSync('libs/storage/src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(named.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});
