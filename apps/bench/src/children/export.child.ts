import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOrgId } from 'nest-tenant-storage';
import { storageSettings } from '../../../../libs/storage/src/options/storage.settings.js';
import { exportPlace } from '../../../../libs/storage/src/org/export/export-place.js';
import { exportTo } from '../../../../libs/storage/src/org/export/export.js';
import { FolderSource } from '../../../../libs/storage/src/org/export/sources/folder-source.js';
import { ZipSource } from '../../../../libs/storage/src/org/export/sources/zip-source.js';
import { BucketTarget } from '../../../../libs/storage/src/org/export/targets/bucket-target.js';
import { FolderTarget } from '../../../../libs/storage/src/org/export/targets/folder-target.js';
import { ZipTarget } from '../../../../libs/storage/src/org/export/targets/zip-target.js';
import { exportMistakes } from '../../../../libs/storage/src/org/export/verify-export.js';
import { officerStore } from '../../../../libs/storage/src/org/officer.js';
import { createS3Client } from '../../../../libs/storage/src/store/client/s3-client.js';
import { storageOptions, type BenchStore } from '../store.js';
import { Meter, type Reading } from './meter.js';
import { serve, startedWith } from './remote.js';

export type ExportTargetName = 'folder' | 'zip' | 'bucket';

export interface ExportReading extends Reading {
  seconds: number;
  cpuSeconds: number;
  files: number;
}

/** Exports one organisation in a process of its own. */
const { other, ...store } = startedWith<BenchStore & { other: string }>();
const settings = storageSettings(storageOptions(store));
const org = parseOrgId('7');
const meter = new Meter();
const root = mkdtempSync(join(tmpdir(), 'bench-export-'));
const [folder, zip] = [join(root, 'folder'), join(root, 'out.zip')];

serve(
  {
    async export(to: ExportTargetName): Promise<ExportReading> {
      const client = createS3Client(settings);
      const copiesFrom = store.bucket;
      const target = {
        folder: () => new FolderTarget(folder),
        zip: () => new ZipTarget(zip),
        bucket: () =>
          new BucketTarget(exportPlace({ ...settings, bucket: other }, '7/', copiesFrom), { org, copiesFrom }),
      }[to]();
      return measured(async () => {
        const { files } = await exportTo(target, officerStore(settings, client), { bucket: store.bucket, org });
        client.destroy();
        return files;
      });
    },
    async verify(to: 'folder' | 'zip'): Promise<ExportReading> {
      const source = to === 'zip' ? await ZipSource.open(zip) : new FolderSource(folder);
      const reading = await measured(async () => {
        const mistakes = exportMistakes(source);
        const { value, done } = await mistakes.next();
        if (!done || !value) throw new Error(`The export is not whole: ${String(value)}`);
        return value.files;
      });
      await source.close();
      return reading;
    },
  },
  async () => rmSync(root, { recursive: true, force: true }),
);

async function measured(run: () => Promise<number>): Promise<ExportReading> {
  await meter.start();
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const files = await run();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - from) / 1_000;
  return { ...meter.stop(), seconds, cpuSeconds: (user + system) / 1e6, files };
}
