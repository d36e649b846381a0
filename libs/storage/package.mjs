// What the package holds beside the compiled files: npm run build:package runs this after the compiler.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const from = (path) => new URL(`../../${path}`, import.meta.url);
const to = (path) => new URL(`../../dist/libs/storage/${path}`, import.meta.url);

mkdirSync(to('docs'), { recursive: true });
cpSync(from('docs'), to('docs'), { recursive: true });
for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(from(file), to(file));
cpSync(from('libs/storage/package.json'), to('package.json'));

// The repository's part is of no use without the repository, and sources are there as declarations.
const [readme] = readFileSync(from('README.md'), 'utf8').split('\n<!-- the repository -->\n');
writeFileSync(
  to('README.md'),
  `${readme.replace(/\(libs\/storage\/src\/([\w./-]+)\.ts\)/g, '(storage/src/$1.d.ts)')}\nMIT licensed.\n`,
);
