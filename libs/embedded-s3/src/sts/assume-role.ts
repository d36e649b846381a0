import { S3Error } from '../errors/s3-error.js';
import { parsePolicy, PolicyError, type PolicyDocument } from '../policy/index.js';

/** An AssumeRole request that is well formed. */
export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  /** limits the role's rights further */
  readonly policy?: PolicyDocument;
  readonly tags: Readonly<Record<string, string>>;
  /** How much of the room for policy and tags is taken, in percent. */
  readonly packedPolicySize: number;
}

const KNOWN =
  /^(Action|Version|RoleArn|RoleSessionName|DurationSeconds|Policy|ExternalId|Tags\.member\.\d+\.(Key|Value)|TransitiveTagKeys\.member\.\d+)$/;
const MAX_POLICY = 2048;
const MAX_TAGS = 50;
/** AWS packs policy and tags before it measures them, with a limit it does not publish. */
const ROOM = 4096;

/**
 * Reads the parameters of AssumeRole. Source: STS API reference, "AssumeRole".
 *
 * @throws S3Error ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge
 */
export function readAssumeRole(params: ReadonlyMap<string, string>): AssumeRole {
  const unknown = [...params.keys()].find((name) => !KNOWN.test(name));
  if (unknown !== undefined) throw invalid(`The parameter ${unknown} is not supported.`);
  const sessionName = check(params, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/);
  const policyText = params.get('Policy');
  if (policyText !== undefined && (policyText === '' || policyText.length > MAX_POLICY))
    throw invalid(
      `Value at 'policy' failed to satisfy constraint: Member must have length between 1 and ${MAX_POLICY}`,
    );
  const tags = readTags(params);
  const packed = Object.entries(tags).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    policyText?.length ?? 0,
  );
  if (packed > ROOM)
    throw new S3Error(
      'PackedPolicyTooLarge',
      `Packed policy consumes ${percent(packed)}% of allotted space, please use smaller policy.`,
    );
  return {
    roleArn: check(params, 'RoleArn', /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/),
    sessionName,
    durationSeconds: readDuration(params.get('DurationSeconds') ?? '3600'),
    policy: policyText === undefined ? undefined : readPolicy(policyText),
    tags,
    packedPolicySize: percent(packed),
  };
}

const percent = (bytes: number): number => Math.ceil((bytes / ROOM) * 100);

function readDuration(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < 900 || seconds > 43_200)
    throw invalid("Value at 'durationSeconds' failed to satisfy constraint: Member must be between 900 and 43200");
  return seconds;
}

function readPolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'identity');
  } catch (error) {
    if (error instanceof PolicyError) throw new S3Error('MalformedPolicyDocument', error.message);
    throw error;
  }
}

function readTags(params: ReadonlyMap<string, string>): Record<string, string> {
  const tags = new Map<string, [key: string, value: string]>();
  for (let n = 1; ; n++) {
    const [key, value] = [params.get(`Tags.member.${n}.Key`), params.get(`Tags.member.${n}.Value`)];
    if (key === undefined && value === undefined) break;
    const fits =
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key ?? '') &&
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value ?? '');
    if (key === undefined || value === undefined || !fits)
      throw invalid(`Value at 'tags.${n}.member' failed to satisfy constraint`);
    if (tags.has(key.toLowerCase()))
      throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    tags.set(key.toLowerCase(), [key, value]);
  }
  const given = [...params.keys()].filter((name) => /^Tags\..*Key$/.test(name)).length;
  if (given !== tags.size || tags.size > MAX_TAGS)
    throw invalid(`Value at 'tags' failed to satisfy constraint: at most ${MAX_TAGS} in sequence`);
  for (const [name, key] of params) {
    if (name.startsWith('TransitiveTagKeys.') && !tags.has(key.toLowerCase()))
      throw invalid('The specified transitive tag key must be included in the requested tags.');
  }
  return Object.fromEntries(tags.values());
}

function check(params: ReadonlyMap<string, string>, name: string, pattern: RegExp): string {
  const value = params.get(name);
  if (value === undefined)
    throw invalid(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  if (!pattern.test(value))
    throw invalid(`Value at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern`);
  return value;
}

const invalid = (message: string): S3Error => new S3Error('ValidationError', message);
