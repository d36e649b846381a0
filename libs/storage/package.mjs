// What the package holds beside the compiled files: npm run build:package runs this after the compiler.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const from = (path) => new URL(`../../${path}`, import.meta.url);
const to = (path) => new URL(`../../dist/libs/storage/${path}`, import.meta.url);

mkdirSync(to('docs'), { recursive: true });
cpSync(from('docs'), to('docs'), { recursive: true });
for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(from(file), to(file));
// The examples that the docs link to; the fresh applications in a folder of their own are CI's.
mkdirSync(to('examples'), { recursive: true });
for (const file of readdirSync(from('examples')).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
  cpSync(from(`examples/${file}`), to(`examples/${file}`));
}
cpSync(from('libs/storage/package.json'), to('package.json'));

// The repository's part is of no use without the repository, and sources are there as declarations.
const [readme] = readFileSync(from('README.md'), 'utf8').split('\n<!-- the repository -->\n');
writeFileSync(
  to('README.md'),
  `${readme.replace(/\(libs\/storage\/src\/([\w./-]+)\.ts\)/g, '(storage/src/$1.d.ts)')}\nMIT licensed.\n`,
);
