import { samples } from '../samples.js';
import type { Marks } from './options.js';

const byType: Record<string, (mark: string) => Buffer> = {
  'image/png': (mark) => Buffer.concat([samples.png.bytes, Buffer.from(mark)]),
  'application/pdf': (mark) =>
    Buffer.from(samples.pdf.bytes.toString('latin1').replace('\n', `\n%${mark}\n`), 'latin1'),
  'text/plain': (mark) => Buffer.from(mark),
  'text/csv': (mark) => Buffer.from(`mark\n${mark}\n`),
  'application/octet-stream': (mark) => Buffer.from(mark),
};

const byExtension: Record<string, string> = {
  png: 'image/png',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
};

/** A small file of that type that says whose it is; of unknown types the mark alone. */
export const fileOf = (contentType: string, { bytes }: Marks): Buffer =>
  (byType[contentType] ?? Buffer.from)(`${bytes} `.repeat(4));

/** One of the offered types that can be made here, best the one that the name ends like. */
export function typeFor(offered: readonly string[], fileName: string | undefined): string | undefined {
  const extension = fileName?.split('.').at(-1)?.toLowerCase() ?? '';
  const wanted = byExtension[extension];
  if (wanted && (offered.includes(wanted) || offered.includes('*/*'))) return wanted;
  return offered.find((type) => type in byType) ?? offered[0];
}

/** A form with one file in it. */
export function formOf(file: Buffer, fileName: string, contentType: string, fields: Record<string, string> = {}) {
  const boundary = 'boundary-of-the-proof';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: ${contentType}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
