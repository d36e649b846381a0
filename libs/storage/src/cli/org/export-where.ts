import { existsSync, statSync } from 'node:fs';
import { allAreas } from '../../keys/areas.js';
import { isCleanPath } from '../../keys/segment.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import { exportPlace } from '../../org/export/export-place.js';
import { BucketSource } from '../../org/export/sources/bucket-source.js';
import type { ExportSource } from '../../org/export/sources/export-source.js';
import { FolderSource } from '../../org/export/sources/folder-source.js';
import { ZipSource } from '../../org/export/sources/zip-source.js';
import type { Arguments } from '../arguments.js';
import { otherSettings } from '../inputs.js';
import { UsageError, type Io } from '../io.js';

/** Where an export lies, or is to lie. */
export type Where =
  { kind: 'folder'; path: string } | { kind: 'zip'; path: string } | { kind: 'bucket'; bucket: string; prefix: string };

/** `s3://BUCKET/PREFIX`, a name that ends with `.zip`, else a folder. @throws {UsageError} */
export function whereIn(text: string): Where {
  if (!/^s3:/i.test(text)) return { kind: /\.zip$/i.test(text) ? 'zip' : 'folder', path: text };
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)(?:\/(.*?)\/?)?$/.exec(text) ?? [];
  const prefix = path === '' ? '' : `${path}/`;
  const isOurs = allAreas.some(({ root }) => root !== '' && prefix.startsWith(root));
  if (bucket === '' || isOurs || (path !== '' && !isCleanPath(path)))
    throw new UsageError(`${text} is no place for an export: give s3://BUCKET/PREFIX with plain names.`);
  return { kind: 'bucket', bucket, prefix };
}

/** To be closed. @throws {UsageError} where there is none */
export async function openSource(text: string, args: Arguments, io: Io, org?: OrgId): Promise<ExportSource> {
  const where = whereIn(text);
  if (where.kind === 'bucket') {
    const place = exportPlace(otherSettings(args, io.env, where.bucket), where.prefix);
    // Calls are counted for somebody; which organisation's export it is, the export says.
    return new BucketSource(place, org ?? parseOrgId('1'));
  }
  const { path } = where;
  const isThere = existsSync(path) && statSync(path).isFile() === (where.kind === 'zip');
  if (!isThere) throw new UsageError(`There is no ${where.kind === 'zip' ? 'file' : 'folder'} ${path}.`);
  return where.kind === 'zip' ? ZipSource.open(path) : new FolderSource(path);
}
