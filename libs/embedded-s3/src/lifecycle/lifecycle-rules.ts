import { randomUUID } from 'node:crypto';
import { S3Error } from '../errors/s3-error.js';
import { choice, flag, only, wholeNumber } from '../xml/elements.js';
import { readXml, readXmlInTurns, type XmlElement, type XmlLimits } from '../xml/xml-reader.js';
import { xmlDocument } from '../xml/xml-writer.js';

export interface LifecycleRule {
  id?: string;
  enabled: boolean;
  filter: LifecycleFilter;
  expiration?: { days?: number; date?: Date; expiredObjectDeleteMarker?: boolean };
  noncurrent?: { days: number; keep?: number };
  abortUploadsAfterDays?: number;
}

export interface LifecycleFilter {
  prefix: string;
  tags: Record<string, string>;
  largerThan?: number;
  smallerThan?: number;
}

const ROOT = 'LifecycleConfiguration';
const MAX_RULES = 1000;
export const LIFECYCLE_LIMITS: XmlLimits = { bytes: 512 * 1024, pieces: 20 * MAX_RULES };
const COLD = ['GLACIER', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'DEEP_ARCHIVE', 'GLACIER_IR'];

/**
 * Source: S3 User Guide, "Lifecycle configuration elements". Transitions are read and change nothing: there is one
 * storage tier.
 *
 * @throws S3Error MalformedXML, InvalidArgument, InvalidRequest
 */
export const parseLifecycle = (document: string): LifecycleRule[] =>
  readRules(readXml(Buffer.from(document), ROOT, LIFECYCLE_LIMITS));

/** The document as S3 gives it back: a rule without a name has got one. @throws S3Error as `parseLifecycle` */
export async function acceptLifecycle(document: Buffer): Promise<string> {
  const root = await readXmlInTurns(document, ROOT, LIFECYCLE_LIMITS);
  readRules(root);
  const Rule = root.all('Rule').map((rule) => ({ ...rule.toNode(), ID: rule.textOf('ID') || randomUUID() }));
  return xmlDocument(ROOT, { Rule });
}

function readRules(root: XmlElement): LifecycleRule[] {
  const elements = only(root, 'Rule').all('Rule');
  if (elements.length === 0 || elements.length > MAX_RULES) throw new S3Error('MalformedXML');
  const rules = elements.map(readRule);
  const ids = rules.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size !== ids.length)
    throw new S3Error('InvalidArgument', 'Rule ID must be unique. Found same ID for more than one rule');
  return rules;
}

function readRule(rule: XmlElement): LifecycleRule {
  only(
    rule,
    'ID',
    'Status',
    'Prefix',
    'Filter',
    'Expiration',
    'NoncurrentVersionExpiration',
    'Transition',
    'NoncurrentVersionTransition',
    'AbortIncompleteMultipartUpload',
  );
  const id = rule.textOf('ID') || undefined;
  if (id && id.length > 255) throw new S3Error('InvalidArgument', 'ID length should not exceed allowed limit of 255');
  const status = choice(rule, 'Status', ['Enabled', 'Disabled']);
  const read: LifecycleRule = {
    id,
    enabled: status === 'Enabled',
    filter: readFilter(rule),
    expiration: readExpiration(rule.one('Expiration')),
    noncurrent: readNoncurrent(rule.one('NoncurrentVersionExpiration')),
    abortUploadsAfterDays: readAbort(rule.one('AbortIncompleteMultipartUpload')),
  };
  if (!status) throw new S3Error('MalformedXML');
  const transitions = [...rule.all('Transition'), ...rule.all('NoncurrentVersionTransition')];
  transitions.forEach(checkTransition);
  if (!read.expiration && !read.noncurrent && read.abortUploadsAfterDays === undefined && transitions.length === 0)
    throw new S3Error('InvalidRequest', 'At least one action needs to be specified in a rule');
  checkTogether(read);
  return read;
}

function checkTogether({ filter, expiration, abortUploadsAfterDays }: LifecycleRule): void {
  const tagged = Object.keys(filter.tags).length > 0;
  const sized = filter.largerThan !== undefined || filter.smallerThan !== undefined;
  if (abortUploadsAfterDays !== undefined && (tagged || sized))
    throw new S3Error('InvalidRequest', 'AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes');
  if (expiration?.expiredObjectDeleteMarker && tagged)
    throw new S3Error('InvalidRequest', 'ExpiredObjectDeleteMarker cannot be specified with Tags');
}

function readFilter(rule: XmlElement): LifecycleFilter {
  const filter = rule.one('Filter');
  const prefix = rule.textOf('Prefix');
  if (filter ? prefix !== undefined : prefix === undefined) throw new S3Error('MalformedXML');
  if (!filter) return { prefix: prefix ?? '', tags: {} };
  only(filter, 'Prefix', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan', 'And');
  if (filter.names.length > 1) throw new S3Error('MalformedXML');
  const source = filter.one('And') ?? filter;
  only(source, 'Prefix', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan', ...(source === filter ? ['And'] : []));
  const tags = source.all('Tag').map((tag) => [only(tag, 'Key', 'Value').textOf('Key'), tag.textOf('Value') ?? '']);
  if (tags.some(([key]) => !key) || (source === filter && tags.length > 1)) throw new S3Error('MalformedXML');
  return {
    prefix: source.textOf('Prefix') ?? '',
    tags: Object.fromEntries(tags) as Record<string, string>,
    largerThan: wholeNumber(source, 'ObjectSizeGreaterThan', 0),
    smallerThan: wholeNumber(source, 'ObjectSizeLessThan', 1),
  };
}

function checkTransition(element: XmlElement): void {
  const current = element.name === 'Transition';
  const times = current ? ['Days', 'Date'] : ['NoncurrentDays'];
  only(element, 'StorageClass', ...times, ...(current ? [] : ['NewerNoncurrentVersions']));
  if (!choice(element, 'StorageClass', COLD)) throw new S3Error('MalformedXML');
  if (times.filter((name) => element.one(name)).length !== 1) throw new S3Error('MalformedXML');
  wholeNumber(element, 'Days', 0);
  wholeNumber(element, 'NoncurrentDays', 0);
  wholeNumber(element, 'NewerNoncurrentVersions', 1);
  readDate(element.textOf('Date'));
}

function readExpiration(element: XmlElement | undefined): LifecycleRule['expiration'] {
  if (!element) return undefined;
  only(element, 'Days', 'Date', 'ExpiredObjectDeleteMarker');
  if (element.names.length !== 1) throw new S3Error('MalformedXML');
  return {
    days: wholeNumber(element, 'Days', 1),
    date: readDate(element.textOf('Date')),
    expiredObjectDeleteMarker: flag(element, 'ExpiredObjectDeleteMarker'),
  };
}

function readDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new S3Error('MalformedXML');
  if (date.getTime() % 86_400_000 !== 0) throw new S3Error('InvalidArgument', "'Date' must be at midnight GMT");
  return date;
}

function readNoncurrent(element: XmlElement | undefined): LifecycleRule['noncurrent'] {
  if (!element) return undefined;
  const days = wholeNumber(only(element, 'NoncurrentDays', 'NewerNoncurrentVersions'), 'NoncurrentDays', 1);
  if (days === undefined) throw new S3Error('MalformedXML');
  const keep = wholeNumber(element, 'NewerNoncurrentVersions', 1);
  return { days, ...(keep !== undefined && { keep }) };
}

function readAbort(element: XmlElement | undefined): number | undefined {
  if (!element) return undefined;
  const days = wholeNumber(only(element, 'DaysAfterInitiation'), 'DaysAfterInitiation', 1);
  if (days === undefined) throw new S3Error('MalformedXML');
  return days;
}
