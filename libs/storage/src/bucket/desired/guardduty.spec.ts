import { guardDutyCommand, guardDutyPolicy, guardDutyTrust } from './guardduty.js';

const bucket = 'clinic-files';
const options = { bucket, guardDutyRoleArn: 'arn:aws:iam::111122223333:role/scan' };
const rule = 'arn:aws:events:*:*:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*';
const arn = `arn:aws:s3:::${bucket}`;

/** AWS's template, action by action: malware-protection-s3-iam-policy-prerequisite in the user guide of GuardDuty. */
const template: [string, string][] = [
  ...['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets', 'DescribeRule', 'ListTargetsByRule'].map(
    (name): [string, string] => [`events:${name}`, rule],
  ),
  ...['GetObject', 'GetObjectVersion', 'PutObject', 'PutObjectVersion'].map((name): [string, string] => [
    `s3:${name}Tagging`,
    `${arn}/incoming/*`,
  ]),
  ['s3:PutBucketNotification', arn],
  ['s3:GetBucketNotification', arn],
  ['s3:ListBucket', arn],
  ['s3:PutObject', `${arn}/malware-protection-resource-validation-object`],
  ['s3:GetObject', `${arn}/incoming/*`],
  ['s3:GetObjectVersion', `${arn}/incoming/*`],
];

test("the role may do what AWS's template lets it, in what came in, and nothing else", () => {
  const granted = guardDutyPolicy(options).Statement.flatMap(({ Action, Resource }) =>
    [Action ?? []].flat().map((action) => [action, Resource]),
  );
  expect(granted.toSorted()).toEqual(template.toSorted());
});

test('rules are changed only where they are its own, and a key is used only through S3', () => {
  const encryption = { kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/abc' };
  const statements = guardDutyPolicy({ ...options, encryption }).Statement;
  expect(statements.find(({ Sid }) => Sid === 'ManageItsRule')?.Condition).toEqual({
    StringLike: { 'events:ManagedBy': 'malware-protection-plan.guardduty.amazonaws.com' },
  });
  expect(statements.at(-1)).toMatchObject({
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: encryption.kmsKeyId,
    Condition: { StringLike: { 'kms:ViaService': expect.stringMatching(/^s3\./) } },
  });
});

test('the service of the plans assumes the role, and the plan is made in the region of the bucket', () => {
  const [trust] = guardDutyTrust().Statement;
  expect(trust).toMatchObject({ Principal: { Service: 'malware-protection-plan.guardduty.amazonaws.com' } });
  const command = guardDutyCommand({ ...options, region: 'eu-central-1' });
  const [, region, role, actions, resource] =
    /^aws guardduty create-malware-protection-plan --region (\S+) --role (\S+) --actions '(.+)' --protected-resource '(.+)'$/.exec(
      command,
    ) ?? [];
  expect({ region, role }).toEqual({ region: 'eu-central-1', role: options.guardDutyRoleArn });
  expect(JSON.parse(actions!)).toEqual({ Tagging: { Status: 'ENABLED' } });
  expect(JSON.parse(resource!)).toEqual({ S3Bucket: { BucketName: bucket, ObjectPrefixes: ['incoming/'] } });
});
