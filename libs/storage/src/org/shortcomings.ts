import type { StoreSettings } from '../options/store-presets.js';
import type { BucketKeeping } from '../store/versions/bucket-keeping.js';

/** What somebody is about to do with an organisation's files. */
export type Doing = 'erase' | 'export' | 'import' | 'move' | 'trash' | 'hold';

const withoutVersions: Record<Doing, string> = {
  erase: 'what was replaced or deleted before is gone, and counted by nobody',
  export: 'what is replaced or deleted before it was copied is gone',
  import: 'what is replaced or deleted there later is gone',
  move: 'what is replaced or deleted there later is gone',
  trash: 'what is deleted or replaced is gone, and nothing can be restored',
  hold: 'a replacing write that is on its way when the hold is placed leaves nothing of what was there',
};

const withoutLock: Record<Doing, string> = {
  erase: 'holds bind this module, and nobody who goes behind it',
  export:
    'whoever went behind this module may have altered what is copied; the seals of archived months tell (audit verify)',
  import: 'archived months are kept by its policy alone, without retention',
  move: 'legal holds and retention of the store do not come along; holds bind this module, and nobody who goes behind it',
  trash: 'whoever may delete versions can empty the trash',
  hold: 'holds bind this module, and nobody who goes behind it',
};

/** The conditions that a store may not know, and what then happens. */
const withoutCondition: Partial<Record<Doing, Partial<Record<keyof StoreSettings, string>>>> = {
  import: {
    conditionalWrites: 'what somebody else writes under a key at the same moment may be overwritten',
    conditionalCompletion:
      'what somebody else writes under the key of a large file at the same moment may be overwritten',
  },
  move: {
    conditionalCopy: 'what somebody else writes under a key at the same moment may be overwritten',
    conditionalCopySource: 'a file that is replaced while it is copied is found by its hash, not prevented',
  },
};

/**
 * What cannot be promised in this bucket: said before anything begins. `store` is what the store of the bucket can do, where
 * that matters.
 */
export function shortcomings(
  doing: Doing,
  { versions, objectLock }: BucketKeeping,
  store?: Partial<StoreSettings>,
): string[] {
  const conditions = Object.entries(withoutCondition[doing] ?? {}) as [keyof StoreSettings, string][];
  return [
    ...(versions === 'off' ? [`The bucket keeps no versions: ${withoutVersions[doing]}.`] : []),
    ...(versions === 'unknown' ? ['Whether the bucket keeps versions cannot be read with these credentials.'] : []),
    ...(objectLock === 'off' ? [`The bucket has no object lock: ${withoutLock[doing]}.`] : []),
    ...(objectLock === 'unknown' ? ['Whether the bucket has object lock cannot be read with these credentials.'] : []),
    ...conditions
      .filter(([name]) => store?.[name] === false)
      .map(([name, what]) => `The store does not know the condition ${name}: ${what}.`),
  ];
}
