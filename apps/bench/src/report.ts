import { cpus, totalmem } from 'node:os';
import { createRequire } from 'node:module';
import type { Row } from './row.js';

const packages = [
  '@nestjs/core',
  '@aws-sdk/client-s3',
  '@aws-sdk/s3-request-presigner',
  '@aws-sdk/s3-presigned-post',
  '@aws-sdk/lib-storage',
  'multer',
  'multer-s3',
];

/** Where the numbers come from: they mean little without it. */
export function machine() {
  const require = createRequire(import.meta.url);
  const version = (name: string) => (require(`${name}/package.json`) as { version: string }).version;
  return {
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    packages: Object.fromEntries(packages.map((name) => [name, version(name)])),
  };
}

/** A Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['', 'measured', 'spread', 'target', ''],
    ...rows.map((row) => [
      row.what,
      number(row.value, row),
      `${plain(row.low)} … ${plain(row.high)}`,
      goal(row),
      verdict(row),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length), 3));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

const verdict = ({ met }: Row) => (met === undefined ? '' : met ? 'PASS' : 'MISS');

function goal(row: Row): string {
  if (row.target === undefined) return '';
  return 'atLeast' in row.target
    ? `at least ${number(row.target.atLeast, row)}`
    : `at most ${number(row.target.atMost, row)}`;
}

const number = (value: number, { unit }: Row) => (unit === 'x' ? `${plain(value)} x` : `${plain(value)} ${unit}`);

const plain = (value: number) => (Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)).replace(/\.0+$/, '');
