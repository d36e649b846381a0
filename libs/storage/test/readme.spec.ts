import { existsSync, readdirSync, readFileSync } from 'node:fs';

const readme = readFileSync('README.md', 'utf8');
const examples = readdirSync('examples/consumers', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|cjs)$/.test(file))
  .map((file) => readFileSync(`examples/consumers/${file}`, 'utf8'));
const blocks = [...readme.matchAll(/^```(ts|js)\n(.*?)^```$/gms)].map(([, language, text = '']) => ({
  language,
  text,
}));
/** What a browser runs is tried in the demo's own tests; only its calls are shown. */
const isBrowsers = ({ language, text }: { language?: string; text: string }) =>
  language === 'js' && text.includes('await api(');

test.each(blocks.filter((block) => !isBrowsers(block)).map(({ text }) => [text.split('\n')[0], text]))(
  '%s is a whole file that CI compiles and runs',
  (_name, text) => {
    expect(examples).toContain(text);
  },
);

test('every file of the README’s application is shown', () => {
  expect(blocks.length - blocks.filter(isBrowsers).length).toBeGreaterThanOrEqual(9);
  for (const [, link = ''] of readme.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g))
    expect([link, existsSync(link)]).toEqual([link, true]);
});
