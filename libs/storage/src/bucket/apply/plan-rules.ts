import type { CORSRule, LifecycleRule } from '@aws-sdk/client-s3';
import { areaOf } from '../../keys/areas.js';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';
import { corsRules, lifecycleRules, ruleIdPrefix } from '../desired/bucket-settings.js';
import { contains, same } from './same.js';
import type { Change } from './setting.js';

const isOurs = ({ ID }: { ID?: string }): boolean => ID?.startsWith(ruleIdPrefix) === true;
const nameOf = ({ ID }: { ID?: string }): string => ID ?? 'without ID';

/** Ours beside theirs, except for rules that open the bucket to every website. */
export function planCors(current: CORSRule[] | undefined, { appOrigins }: CheckedBucketOptions) {
  const present = current ?? [];
  const changes: Change[] = [];
  const open = present.filter(({ AllowedOrigins = [] }) => AllowedOrigins.some((origin) => origin.includes('*')));
  for (const rule of open) {
    const message = `Rule ${nameOf(rule)} lets every website matching ${rule.AllowedOrigins?.join(', ')} use the bucket.`;
    changes.push({ part: nameOf(rule), severity: 'warning', message, foreign: true });
  }
  const theirs = present.filter((rule) => !open.includes(rule));
  if (appOrigins === undefined) return { next: theirs, changes };
  const wanted = corsRules({ appOrigins });
  for (const rule of wanted) {
    const found = theirs.find(({ ID }) => ID === rule.ID);
    if (!found)
      changes.push({ severity: 'error', message: `Pages at ${appOrigins.join(', ')} cannot use the bucket.` });
    else if (!same(found, rule))
      changes.push({ severity: 'error', message: `Rule ${nameOf(rule)} says something else.` });
  }
  return { next: [...wanted, ...theirs.filter((rule) => !isOurs(rule))], changes };
}

/** Ours beside theirs. */
export function planLifecycle(current: LifecycleRule[] | undefined, options: CheckedBucketOptions) {
  const present = current ?? [];
  const wanted = lifecycleRules(options);
  const changes: Change[] = [];
  const found = (rule: LifecycleRule) => present.find(({ ID }) => ID === rule.ID);
  const isThere = (rule: LifecycleRule) => contains(withPrefix(rule), withPrefix(found(rule)));
  for (const part of new Set(wanted.map(partOf))) {
    const [wrong, ...more] = wanted.filter((rule) => partOf(rule) === part && !isThere(rule));
    if (!wrong) continue;
    const names = `Rule ${nameOf(wrong)}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
    const message = found(wrong) ? `${names} says something else.` : `${names} is missing.`;
    changes.push({ part, severity: 'warning', message });
  }
  const outdated = present.filter((rule) => isOurs(rule) && !wanted.some(({ ID }) => ID === rule.ID));
  for (const rule of outdated) {
    const message = `Rule ${nameOf(rule)} is of an earlier version: it reaches what these rules leave alone.`;
    changes.push({ part: nameOf(rule).slice(ruleIdPrefix.length), severity: 'warning', message });
  }
  const theirs = present.filter((rule) => !isOurs(rule));
  for (const rule of theirs.filter(deletesFiles)) {
    const message = `Rule ${nameOf(rule)} deletes files (prefix "${prefixOf(rule)}"). Is that meant?`;
    changes.push({ part: nameOf(rule), severity: 'warning', message, manual: true });
  }
  return { next: [...wanted, ...theirs], changes };
}

/** Rules of old have their prefix outside the filter; an empty one may be left out of the answer. */
const prefixOf = ({ Filter, Prefix }: LifecycleRule): string => Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
const withPrefix = (rule: LifecycleRule | undefined) => {
  if (rule === undefined) return undefined;
  const { Filter: _filter, Prefix: _prefix, ...rest } = rule;
  return { ...rest, prefix: prefixOf(rule) };
};

/** Rules that differ by the beginning of an organisation's id are one part. */
const partOf = (rule: LifecycleRule): string => nameOf(rule).slice(ruleIdPrefix.length).replace(/-\d$/, '');

const deletesFiles = (rule: LifecycleRule): boolean =>
  rule.Status === 'Enabled' &&
  (rule.Expiration?.Days !== undefined || rule.Expiration?.Date !== undefined) &&
  areaOf(prefixOf(rule)).daysKept === undefined;
