import { areas } from '../../keys/areas.js';
import { keyRightsOf } from '../../store/client/key-rights.js';
import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { deny, objects, reads } from './deny.js';
import { policyDocument, type PolicyDocument, type PolicyStatement } from './policy-document.js';

/** GuardDuty writes it to see whether it may. */
export const validationObject = 'malware-protection-resource-validation-object';

const { incoming } = areas;

/** Ids of uploads, and so neither the marks beside them, which GuardDuty would have to scan first, nor what `doctor` tries. */
const uploads = `${incoming.root}*/${[8, 4, 4, 4, 12].map((length) => '?'.repeat(length)).join('-')}`;

/**
 * What came in is read and copied by nobody, the module included, before GuardDuty has found it clean; only GuardDuty says so.
 * https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html
 */
export function scanGate({ arn, guardDutyRoleArn, store }: CheckedBucketOptions): PolicyStatement[] {
  if (guardDutyRoleArn === undefined || !store.policyKnowsPrincipal) return [];
  const notGuardDuty = { ArnNotEquals: { 'aws:PrincipalArn': guardDutyRoleArn } };
  const notClean = { StringNotEquals: { 's3:ExistingObjectTag/GuardDutyMalwareScanStatus': 'NO_THREATS_FOUND' } };
  const tagging = ['s3:PutObjectTagging', 's3:PutObjectVersionTagging', 's3:DeleteObject*Tagging'];
  return [
    deny('DenyUnscannedIncoming', reads, { Resource: `${arn}/${uploads}` }, { ...notGuardDuty, ...notClean }),
    deny('DenyForeignScanTags', tagging, { Resource: objects(arn, incoming.root) }, notGuardDuty),
  ];
}

const service = 'malware-protection-plan.guardduty.amazonaws.com';

/**
 * The rights of the role that GuardDuty scans with, for this bucket: those of AWS's own template, on what came in only.
 * GuardDuty takes `s3:ListBucket` for the proof of whose bucket it is, and writes its test object into the bucket's root
 * whatever prefixes the plan names.
 * https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-iam-policy-prerequisite.html
 * https://docs.aws.amazon.com/guardduty/latest/ug/troubleshoot-malware-protection-s3-iam-role-permissions-error.html
 */
export function guardDutyPolicy(options: BucketOptions): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const { arn, partition } = checked;
  const allow = (Sid: string, Action: string[], Resource: string, Condition?: PolicyStatement['Condition']) =>
    ({ Sid, Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }) as const;
  const cameIn = `${arn}/${incoming.root}*`;
  const rule = `arn:${partition}:events:*:*:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*`;
  const managed = { StringLike: { 'events:ManagedBy': service } };
  const ruleChanges = ['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'].map((name) => `events:${name}`);
  const tagging = ['GetObject', 'PutObject', 'GetObjectVersion', 'PutObjectVersion'].map((name) => `s3:${name}Tagging`);
  return policyDocument([
    allow('ManageItsRule', ruleChanges, rule, managed),
    allow('ReadItsRule', ['events:DescribeRule', 'events:ListTargetsByRule'], rule),
    allow('HearOfObjects', ['s3:PutBucketNotification', 's3:GetBucketNotification'], arn),
    allow('SeeWhoseBucket', ['s3:ListBucket'], arn),
    allow('TryWhetherItMay', ['s3:PutObject'], `${arn}/${validationObject}`),
    allow('ReadWhatCameIn', ['s3:GetObject', 's3:GetObjectVersion'], cameIn),
    allow('WriteTheVerdict', tagging, cameIn),
    ...keyRightsOf(checked),
  ]);
}

/** Who may assume that role. */
export const guardDutyTrust = (): PolicyDocument =>
  policyDocument([{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }]);

/**
 * What no bucket setting does: the plan itself, by AWS's own command, in the region of the bucket. A role that was made just
 * now is known to GuardDuty some minutes later.
 * https://docs.aws.amazon.com/cli/latest/reference/guardduty/create-malware-protection-plan.html
 * https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateMalwareProtectionPlan.html
 */
export const guardDutyCommand = ({ bucket, region, guardDutyRoleArn }: BucketOptions & { region: string }): string =>
  `aws guardduty create-malware-protection-plan --region ${region} --role ${guardDutyRoleArn} --actions '{"Tagging":{"Status":"ENABLED"}}' ` +
  `--protected-resource '{"S3Bucket":{"BucketName":"${bucket}","ObjectPrefixes":["${incoming.root}"]}}'`;
