/** Who works in an area: the application, or whoever keeps the archive. Each may have a role of its own. */
export type AreaUser = 'app' | 'archiver';

/** One of the places at the root of the bucket where an organisation has a folder of its own. */
export interface Area {
  /** What its keys begin with; the organisation's id and a slash follow. */
  root: '' | `${string}/`;
  /** What the organisation's folder is divided into, where it is; the last one holds an application's own kinds. */
  parts?: readonly string[];
  /** What a key may be below the organisation's folder. */
  key: RegExp;
  /** The same for a folder that is listed, with its slash at the end. The organisation's whole folder always may be. */
  folder: RegExp;
  usedBy: AreaUser;
  /** Nothing here is ever overwritten or deleted, whoever asks. */
  writtenOnce: boolean;
  /** Absent: whoever uses the area, unless nobody may. `officer`: who may put something here may not take it away. */
  removedBy?: 'officer';
  /** Days after which lifecycle removes what lies here. Absent: it stays. */
  daysKept?: number;
  /** Whether lifecycle removes versions that were replaced or deleted. */
  oldVersions: 'removed' | 'kept';
  /** By S3's own key where organisations have keys of theirs: it must be readable when such a key is gone. */
  outlivesKey?: true;
}

const known = ['uploads', 'signatures', 'documents', 'templates'];
const parts = [...known, 'custom'];

/**
 * The one list of where anything may lie in the bucket. The key policy, the bucket policy, the rights of roles and sessions,
 * the lifecycle rules and whatever walks through all that an organisation has are made from it: a new area is one line here.
 */
export const areas = {
  /** Files that were verified. */
  own: {
    root: '',
    parts,
    key: new RegExp(`^(?:(?:${known.join('|')})/.|custom/[^/]+/.)`, 'u'),
    folder: new RegExp(`^(?:${parts.join('|')})/(?:[^]*/)?$`),
    usedBy: 'app',
    writtenOnce: false,
    oldVersions: 'removed',
  },
  /** Months of audit logs. */
  'audit-archive': {
    root: 'audit-archive/',
    key: /^2[0-9]{3}\/(?:0[1-9]|1[0-2])\.jsonl\.gz$/,
    folder: /^2[0-9]{3}\/$/,
    usedBy: 'archiver',
    writtenOnce: true,
    oldVersions: 'kept',
  },
  /** What clients sent straight to the store, not verified yet, and how each such upload ended. */
  incoming: {
    root: 'incoming/',
    key: /^[^/]+$/,
    folder: /^$/,
    usedBy: 'app',
    writtenOnce: false,
    daysKept: 1,
    oldVersions: 'removed',
  },
  /** What may not be done: files that are on hold, and what is being erased. Every write and removal looks here. */
  control: {
    root: 'control/',
    key: /^(?:holds\/[0-9a-f]{64}\/[0-9a-f]{32}|closed\/(?:all|[0-9a-f]{64}))$/,
    folder: /^(?:holds\/(?:[0-9a-f]{64}\/)?|closed\/)$/,
    usedBy: 'app',
    writtenOnce: false,
    removedBy: 'officer',
    oldVersions: 'kept',
    outlivesKey: true,
  },
} as const satisfies Record<string, Area>;

export type AreaName = keyof typeof areas;

export const allAreas: readonly Area[] = Object.values(areas);

/**
 * Where files lie that stay, a person's or the law's: what can be on hold, is exported and moved. The rest is how this module
 * works.
 */
export const areasOfFiles: readonly Area[] = allAreas.filter(
  ({ daysKept, removedBy }) => daysKept === undefined && removedBy === undefined,
);

/** An organisation's folder in an area. In a policy, `org` may also be a pattern. */
export const folderIn = ({ root }: Area, org: string): string => `${root}${org}/`;

/** How the keys of all organisations in an area begin, as patterns of a policy: coarse, for `*` also matches slashes. */
export const patternsOf = ({ root, parts }: Area): string[] => parts?.map((part) => `${root}*/${part}/`) ?? [root];

/** The area of a key or prefix that begins as this module's do. Ids of organisations are numbers, roots are not. */
export const areaOf = (key: string): Area =>
  allAreas.find(({ root }) => root !== '' && key.startsWith(root)) ?? areas.own;

/** Where nothing is encrypted with a key of an organisation. */
export const areasWithoutKey = allAreas.filter(({ outlivesKey }) => outlivesKey);

/** The areas that one of them works in. */
export const areasOf = (user: AreaUser): readonly Area[] => allAreas.filter(({ usedBy }) => usedBy === user);
