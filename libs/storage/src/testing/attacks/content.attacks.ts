import { hostileSamples, samples, type Sample } from '../samples.js';
import type { Attack } from './attack.js';

const upload = (name: string, sample: Sample, status: number, code: string, from: readonly string[]): Attack => ({
  name: `content: ${name}`,
  area: 'content',
  tries: 'to store what a browser runs, or what is not what it says',
  sends: [
    {
      to: 'api',
      as: 'a',
      method: 'PUT',
      url: `{fieldOfA}/files/${sample.fileName}`,
      headers: { 'content-type': sample.contentType },
      body: { base64: sample.bytes.toString('base64') },
    },
  ],
  must: { refusedBy: 'content', status, code },
  from,
});

/** Types that are accepted nowhere; the others lie about their bytes. */
const unwanted = ['html', 'svg', 'exe', 'zip'];
const origins: Record<string, readonly string[]> = {
  svg: ['CVE-2022-22116', 'CWE-79'],
  svgAsPng: ['CVE-2022-22116', 'CWE-79'],
  zipAsDocx: ['CWE-646'],
};

/** Files that must be refused, by their type or by their bytes. */
export const contentAttacks: readonly Attack[] = [
  ...Object.entries<Sample>(hostileSamples).map(([name, sample]) =>
    unwanted.includes(name)
      ? upload(name, sample, 415, 'type_not_accepted', origins[name] ?? ['CWE-434'])
      : upload(name, sample, 422, 'content_mismatch', origins[name] ?? ['CVE-2024-29409', 'CWE-434']),
  ),
  ...[
    ['JSON', 'application/json'],
    ['another type than its name', 'image/jpeg'],
    ['a type that breaks lines', 'image/png\tx'],
  ].map(([name = '', contentType = '']) =>
    upload(name, { ...samples.png, fileName: 'x.png', contentType }, 415, 'type_not_accepted', ['CWE-434']),
  ),
  upload('an empty file', { ...samples.png, fileName: 'x.png', bytes: Buffer.alloc(0) }, 400, 'file_empty', [
    'CWE-354',
  ]),
];
