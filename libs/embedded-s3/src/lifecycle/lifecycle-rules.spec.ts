import type { AnyVersion, ObjectVersion, UploadRecord } from '../store/records.js';
import { parseLifecycle } from './lifecycle-rules.js';
import { dueAt, isUploadDue, planKey } from './lifecycle-plan.js';

const day = (n: number, hour = 10): number => Date.UTC(2026, 0, n, hour);
const rules = (inner: string, status = 'Enabled') =>
  parseLifecycle(`<LifecycleConfiguration><Rule><Status>${status}</Status>${inner}</Rule></LifecycleConfiguration>`);
const all = '<Filter><Prefix></Prefix></Filter>';
const after = (days: number): string => `<Expiration><Days>${days}</Days></Expiration>`;

const version = (lastModified: number, over: Partial<ObjectVersion> = {}): AnyVersion => ({
  key: 'tmp/1/a',
  versionId: `v${lastModified}`,
  lastModified,
  size: 100,
  etag: '',
  segments: [],
  headers: {},
  metadata: {},
  tags: {},
  encryption: { algorithm: 'AES256' },
  storageClass: 'STANDARD',
  acl: 'private',
  ...over,
});
const marker = (lastModified: number): AnyVersion => ({
  key: 'tmp/1/a',
  versionId: 'm',
  lastModified,
  deleteMarker: true,
});
const plan = (inner: string, versions: AnyVersion[], now: number, versioned = true) => {
  const { addMarker, remove } = planKey(rules(inner), versions, { now, versioned });
  return { addMarker, remove: remove.map((each) => versions.indexOf(each)) };
};
const nothing = { addMarker: false, remove: [] };

test('days end at midnight UTC', () => {
  expect(dueAt(day(15), 3)).toBe(day(19, 0));
});

describe('the current version', () => {
  test.each<[string, string, number, boolean]>([
    ['not before its time', all + after(1), day(2, 23), false],
    ['in its time', all + after(1), day(3, 0), true],
    ['another prefix', `<Filter><Prefix>tmp/11/</Prefix></Filter>${after(1)}`, day(9), false],
    ['its prefix', `<Filter><Prefix>tmp/1/</Prefix></Filter>${after(1)}`, day(9), true],
    ['the old form of a prefix', `<Prefix>tmp/</Prefix>${after(1)}`, day(9), true],
    ['a date', `${all}<Expiration><Date>2026-01-05T00:00:00Z</Date></Expiration>`, day(5, 0), true],
    ['before the date', `${all}<Expiration><Date>2026-01-05</Date></Expiration>`, day(4), false],
    ['a tag', `<Filter><Tag><Key>a</Key><Value>1</Value></Tag></Filter>${after(1)}`, day(9), true],
    ['another tag', `<Filter><Tag><Key>a</Key><Value>11</Value></Tag></Filter>${after(1)}`, day(9), false],
    ['a size', `<Filter><ObjectSizeGreaterThan>99</ObjectSizeGreaterThan></Filter>${after(1)}`, day(9), true],
    ['another size', `<Filter><ObjectSizeLessThan>100</ObjectSizeLessThan></Filter>${after(1)}`, day(9), false],
    [
      'all of And',
      `<Filter><And><Prefix>tmp/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></And></Filter>${after(1)}`,
      day(9),
      false,
    ],
  ])('%s', (_, inner, now, due) => {
    const versions = [version(day(1), { tags: { a: '1' } })];
    expect(plan(inner, versions, now, false)).toEqual(due ? { addMarker: false, remove: [0] } : nothing);
    expect(plan(inner, versions, now, true)).toEqual({ addMarker: due, remove: [] });
  });

  test('a disabled rule does nothing', () => {
    const disabled = rules(all + after(1), 'Disabled');
    expect(planKey(disabled, [version(day(1))], { now: day(9), versioned: false })).toEqual(nothing);
  });
});

describe('versions', () => {
  const noncurrent = (days: number, keep = ''): string =>
    `${all}<NoncurrentVersionExpiration><NoncurrentDays>${days}</NoncurrentDays>${keep}</NoncurrentVersionExpiration>`;
  const three = [version(day(1)), version(day(2)), version(day(3))];

  test('age counts from the next version', () => {
    expect(plan(noncurrent(1), three, day(4, 0))).toEqual({ addMarker: false, remove: [0] });
    expect(plan(noncurrent(1), three, day(5, 0))).toEqual({ addMarker: false, remove: [0, 1] });
  });

  test('the newest are kept', () => {
    const keep = '<NewerNoncurrentVersions>1</NewerNoncurrentVersions>';
    expect(plan(noncurrent(1, keep), three, day(9))).toEqual({ addMarker: false, remove: [0] });
  });

  test('locked versions stay', () => {
    const locked = [
      version(day(1), { legalHold: true }),
      version(day(2), { retention: { mode: 'GOVERNANCE', until: day(20) } }),
      version(day(3)),
    ];
    expect(plan(noncurrent(1), locked, day(9))).toEqual(nothing);
    expect(plan(noncurrent(1), locked, day(21))).toEqual({ addMarker: false, remove: [1] });
  });

  test('a marker goes once it hides nothing', () => {
    const expired = `${all}<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`;
    expect(plan(expired, [marker(day(1))], day(1))).toEqual({ addMarker: false, remove: [0] });
    expect(plan(expired, [version(day(1)), marker(day(2))], day(9))).toEqual(nothing);
    expect(plan(expired, [version(day(1))], day(9))).toEqual(nothing);
    const both = `${all}<Expiration><Days>1</Days></Expiration>${noncurrent(1).slice(all.length)}`;
    expect(plan(both, [version(day(1)), marker(day(2))], day(9))).toEqual({ addMarker: false, remove: [0, 1] });
  });
});

test('uploads in progress', () => {
  const abort =
    '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>';
  const upload = { key: 'tmp/1/a', initiated: day(1) } as UploadRecord;
  expect(isUploadDue(rules(all + abort), upload, day(2, 23))).toBe(false);
  expect(isUploadDue(rules(all + abort), upload, day(3, 0))).toBe(true);
  expect(isUploadDue(rules(`<Filter><Prefix>b/</Prefix></Filter>${abort}`), upload, day(9))).toBe(false);
  expect(isUploadDue(rules(all + after(1)), upload, day(9))).toBe(false);
});

test.each([
  ['MalformedXML', '<LifecycleConfiguration/>'],
  ['MalformedXML', `<Rule>${all}${after(1)}</Rule>`],
  ['MalformedXML', `<Rule><Status>On</Status>${all}${after(1)}</Rule>`],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${after(1)}</Rule>`],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${all}<Prefix/>${after(1)}</Rule>`],
  ['MalformedXML', `<Rule><Status>Enabled</Status><Filter><Prefix>a</Prefix><Tag/></Filter>${after(1)}</Rule>`],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${all}<Expiration/></Rule>`],
  [
    'MalformedXML',
    `<Rule><Status>Enabled</Status>${all}<Expiration><Days>1</Days><Date>2026-01-01</Date></Expiration></Rule>`,
  ],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${all}<NoncurrentVersionExpiration/></Rule>`],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${all}${after(1)}<Extra/></Rule>`],
  ['InvalidArgument', `<Rule><Status>Enabled</Status>${all}${after(0)}</Rule>`],
  [
    'InvalidArgument',
    `<Rule><Status>Enabled</Status>${all}<Expiration><Date>2026-01-01T10:00:00Z</Date></Expiration></Rule>`,
  ],
  ['InvalidArgument', `<Rule><ID>${'x'.repeat(256)}</ID><Status>Enabled</Status>${all}${after(1)}</Rule>`],
  ['InvalidArgument', `<Rule><ID>a</ID><Status>Enabled</Status>${all}${after(1)}</Rule>`.repeat(2)],
  ['InvalidRequest', `<Rule><Status>Enabled</Status>${all}</Rule>`],
  [
    'InvalidRequest',
    '<Rule><Status>Enabled</Status><Filter><Tag><Key>a</Key><Value/></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>',
  ],
  ['MalformedXML', `<Rule><Status>Enabled</Status>${all}<Transition><Days>1</Days></Transition></Rule>`],
  [
    'MalformedXML',
    `<Rule><Status>Enabled</Status>${all}<Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition></Rule>`,
  ],
  [
    'MalformedXML',
    `<Rule><Status>Enabled</Status>${all}<Transition><StorageClass>GLACIER</StorageClass></Transition></Rule>`,
  ],
])('%s: %s', (code, inner) => {
  const text = inner.startsWith('<Life') ? inner : `<LifecycleConfiguration>${inner}</LifecycleConfiguration>`;
  expect(() => parseLifecycle(text)).toThrow(expect.objectContaining({ code }));
});
