import type { Features } from '@nest-tenant-storage/embedded-s3';
import { closeWards, ids, verdicts, ward } from '../../test/ward.kit.js';
import { guards } from './probes/run-probes.js';

afterEach(closeWards);

describe('a weaker store: the doctor names what it lacks, and the option for it', () => {
  test.each<[keyof Features, string[], string[], object]>([
    [
      'postPolicy',
      [
        'form-signature',
        'form-key',
        'form-type',
        'form-extra-field',
        'form-too-large',
        'form-too-small',
        'form-expired',
      ],
      [],
      { postPolicy: false },
    ],
    [
      'conditionalWrites',
      ['create-only-put', 'create-only-race', 'create-only-complete'],
      [],
      { conditionalWrites: false, conditionalCompletion: false },
    ],
    ['conditionalCopy', ['create-only-copy', 'copy-onto-what-was-inspected'], [], { conditionalCopy: false }],
    ['checksums', ['wrong-hash', 'hash-reported', 'part-checksums'], [], { checksums: false }],
    ['unsignedHeaders', ['unsigned-metadata', 'unsigned-copy-source'], [], { refusesUnsignedHeaders: false }],
    [
      'bucketPolicy',
      [
        'stale-read',
        'stale-write',
        'another-encryption',
        'outside-layout',
        'archive-overwrite',
        'archive-complete',
        'archive-delete',
        'foreign-referer',
      ],
      ['policy:unsupported'],
      {},
    ],
    ['blockPublicAccess', [], ['public-access:unsupported'], {}],
  ])('%s', async (feature, missing, more, capabilities) => {
    const { s3, doctor, contents } = await ward();
    s3.features[feature] = false;
    const report = await doctor();
    expect(verdicts(report, 'missing')).toEqual(missing);
    expect(ids(report)).toEqual([...more, ...missing.map((id) => `guard:${id}`)]);
    expect(report.options.capabilities ?? {}).toEqual(capabilities);
    expect(report.ok).toBe(missing.length === 0);
    s3.features[feature] = true;
    expect(await contents()).toEqual([]);
  });

  test.each<[keyof Features, string]>([
    ['sse', `encryption: 'none'`],
    ['acl', `acl: 'none'`],
  ])('%s: the module cannot write, and the option that helps is found', async (feature, fix) => {
    const { s3, doctor } = await ward();
    s3.features[feature] = false;
    const report = await doctor();
    const { severity, fix: found } = report.findings.find(({ id }) => id === 'round-trip')!;
    expect({ severity, found }).toEqual({ severity: 'error', found: expect.stringContaining(fix) });
    expect(verdicts(report, 'unclear')).toEqual([]);
    expect(report.guards.length).toBe(guards.length);
  });

  test('what the module was told is no finding', async () => {
    const { s3, doctor } = await ward({}, { capabilities: { postPolicy: false } });
    s3.features.postPolicy = false;
    expect(await doctor()).toMatchObject({ ok: true, findings: [], options: { capabilities: { postPolicy: false } } });
  });
});
