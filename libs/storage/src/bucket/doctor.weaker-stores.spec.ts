import type { Features } from '@nest-tenant-storage/embedded-s3';
import { isLong } from '../../test/long.js';
import { closeWards, ids, verdicts, ward } from '../../test/file-kits/ward.kit.js';
import { guards } from './probes/run-probes.js';

afterEach(closeWards);

/** By the feature of S3 that a store lacks: the guards that are missing, what else is found, and the options for it. */
const weaknesses: [keyof Features, string[], string[], object][] = [
  [
    'postPolicy',
    ['form-signature', 'form-key', 'form-type', 'form-extra-field', 'form-too-large', 'form-too-small', 'form-expired'],
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
];

// In the short run several at once: a run of all probes for each takes seconds. A guard of the archive is there with either
// a policy or conditional writes, so these two are apart.
const alone = weaknesses.map((weakness) => [weakness]);
const apart = (weakness: (typeof weaknesses)[number]) => ['bucketPolicy', 'conditionalCopy'].includes(weakness[0]);
const together = [weaknesses.filter((weakness) => !apart(weakness)), weaknesses.filter(apart)];

describe('a weaker store: the doctor names what it lacks, and the option for it', () => {
  test.each((isLong ? alone : together).map((weak) => [weak.map(([feature]) => feature).join(', '), weak] as const))(
    '%s',
    async (_name, weak) => {
      const { s3, doctor, contents } = await ward();
      for (const [feature] of weak) s3.features[feature] = false;
      const report = await doctor();
      const missing = guards.map(({ id }) => id).filter((id) => weak.some(([, lacking]) => lacking.includes(id)));
      const more = weak.flatMap(([, , others]) => others);
      expect(missing).toHaveLength(weak.flatMap(([, lacking]) => lacking).length);
      expect(verdicts(report, 'missing')).toEqual(missing);
      expect(ids(report)).toEqual([...more, ...missing.map((id) => `guard:${id}`)]);
      const lacking = Object.assign({}, ...weak.map(([, , , options]) => options)) as object;
      expect(report.options).toEqual(Object.keys(lacking).length > 0 ? { store: { like: 'aws', ...lacking } } : {});
      expect(Object.fromEntries(report.differences.map(({ capability, seen }) => [capability, seen]))).toEqual(lacking);
      expect(report.ok).toBe(missing.length === 0);
      for (const [feature] of weak) s3.features[feature] = true;
      expect(await contents()).toEqual([]);
    },
  );

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
    const { s3, doctor } = await ward({}, { store: { like: 'aws', postPolicy: false } });
    s3.features.postPolicy = false;
    expect(await doctor()).toMatchObject({
      ok: true,
      findings: [],
      options: { store: { like: 'aws', postPolicy: false } },
    });
  });
});
