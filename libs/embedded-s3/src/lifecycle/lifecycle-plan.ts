import type { AnyVersion, ObjectVersion, UploadRecord } from '../store/records.js';
import type { LifecycleRule } from './lifecycle-rules.js';

const DAY_MS = 86_400_000;

/** What is to happen to one key: its newest version may get a delete marker on top, versions may go for good. */
export interface KeyPlan {
  addMarker: boolean;
  remove: AnyVersion[];
}

/** When something comes due: S3 adds the days and rounds up to midnight UTC. Source: "Lifecycle rules: Based on an object's age". */
export const dueAt = (since: number, days: number): number => Math.ceil((since + days * DAY_MS) / DAY_MS) * DAY_MS;

/**
 * What the rules ask for one key at a time.
 *
 * @param versions of the key, oldest first; the last is the current one
 * @param versioned whether deletions leave a marker
 */
export function planKey(
  rules: readonly LifecycleRule[],
  versions: readonly AnyVersion[],
  { now, versioned }: { now: number; versioned: boolean },
): KeyPlan {
  const plan: KeyPlan = { addMarker: false, remove: [] };
  const current = versions.at(-1);
  if (!current) return plan;
  const applicable = rules.filter((rule) => rule.enabled);
  versions.slice(0, -1).forEach((version, index) => {
    const since = versions[index + 1]!.lastModified;
    const newer = versions.length - 2 - index;
    const due = applicable.some(
      ({ filter, noncurrent }) =>
        noncurrent && fits(filter, version) && newer >= (noncurrent.keep ?? 0) && now >= dueAt(since, noncurrent.days),
    );
    if (due && !isLocked(version, now)) plan.remove.push(version);
  });
  const expired = applicable.some(({ filter, expiration }) => {
    if (!expiration || !fits(filter, current)) return false;
    const { days, date, expiredObjectDeleteMarker } = expiration;
    if (expiredObjectDeleteMarker) return current.deleteMarker === true;
    return now >= (date?.getTime() ?? dueAt(current.lastModified, days ?? Infinity));
  });
  if (!expired) return plan;
  if (current.deleteMarker) {
    // A marker goes once it hides nothing any more.
    if (plan.remove.length === versions.length - 1) plan.remove.push(current);
  } else if (versioned) plan.addMarker = true;
  else plan.remove.push(current);
  return plan;
}

/** When the first rule will expire this current version, and which one. */
export function expiryOf(
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
): { at: number; id: string } | undefined {
  return rules
    .flatMap(({ enabled, id = '', filter, expiration }) => {
      const at = expiration?.date?.getTime() ?? (expiration?.days && dueAt(version.lastModified, expiration.days));
      return enabled && at !== undefined && fits(filter, version) ? [{ at, id }] : [];
    })
    .toSorted((a, b) => a.at - b.at)[0];
}

export const isUploadDue = (rules: readonly LifecycleRule[], upload: UploadRecord, now: number): boolean =>
  rules.some(
    ({ enabled, filter, abortUploadsAfterDays: days }) =>
      enabled && days !== undefined && upload.key.startsWith(filter.prefix) && now >= dueAt(upload.initiated, days),
  );

function fits({ prefix, tags, largerThan, smallerThan }: LifecycleRule['filter'], version: AnyVersion): boolean {
  if (!version.key.startsWith(prefix)) return false;
  const narrowed = largerThan !== undefined || smallerThan !== undefined || Object.keys(tags).length > 0;
  if (version.deleteMarker) return !narrowed;
  return (
    Object.entries(tags).every(([key, value]) => Object.hasOwn(version.tags, key) && version.tags[key] === value) &&
    version.size > (largerThan ?? -1) &&
    version.size < (smallerThan ?? Infinity)
  );
}

const isLocked = (version: AnyVersion, now: number): boolean =>
  !version.deleteMarker && (version.legalHold === true || (version.retention?.until ?? 0) > now);
