import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { startOrgFiles } from '../../test/file-kits/org-files.kit.js';
import { storePresets } from '../options/store-presets.js';
import { Holds } from './holds/holds.js';
import { shortcomings, type Doing } from './shortcomings.js';
import { Trash } from './trash/trash.js';

const all: Doing[] = ['erase', 'export', 'import', 'move', 'trash', 'hold'];
const on = { versions: 'on', objectLock: 'on' } as const;
const off = { versions: 'off', objectLock: 'off' } as const;

test.each(all)('before %s it is said what a bucket without versions or object lock does not keep', (doing) => {
  expect(shortcomings(doing, on, storePresets.aws)).toEqual([]);
  expect(shortcomings(doing, off, storePresets.aws)).toEqual([
    expect.stringMatching(/^The bucket keeps no versions: .+\.$/),
    expect.stringMatching(/^The bucket has no object lock: .+\.$/),
  ]);
  const unknown = shortcomings(doing, { versions: 'unknown', objectLock: 'unknown' });
  expect(unknown).toEqual([expect.stringMatching(/cannot be read/), expect.stringMatching(/cannot be read/)]);
});

test('what a store does not know of conditions is said where files are written', () => {
  expect(shortcomings('import', on, storePresets.minio)).toEqual([expect.stringMatching(/conditionalCompletion/)]);
  expect(shortcomings('move', on, storePresets.ceph)).toEqual([
    expect.stringMatching(/conditionalCopy:/),
    expect.stringMatching(/conditionalCopySource/),
  ]);
});

test('the services say it too', async () => {
  const files = await startOrgFiles();
  await files.storage.raw.send(new CreateBucketCommand({ Bucket: 'plain-bucket' }));
  const plain = await files.start({ bucket: 'plain-bucket' });
  for (const service of [Trash, Holds]) {
    expect(await plain.get<Trash | Holds>(service).shortcomings()).toHaveLength(2);
    expect(await files.module.get<Trash | Holds>(service).shortcomings()).toEqual([
      expect.stringMatching(/object lock/),
    ]);
  }
  await files.close();
});
