import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '../../store/client/sdk.cjs';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';
import { bucketEncryption, bucketOwnership, publicAccessBlock } from '../desired/bucket-settings.js';
import { setting, type Setting } from './setting.js';
import { planCors, planLifecycle } from './plan-rules.js';
import { planPolicy, readPolicy } from './plan-policy.js';
import { planEncryption, planObjectLock, planOwnership, planPublicAccess, planVersioning } from './plan-protection.js';

/** Every setting of the bucket, in the order in which they are written: first what closes, the policy last. */
const everySetting: readonly Setting[] = [
  setting({
    id: 'public-access',
    reads: 's3:GetBucketPublicAccessBlock',
    writes: 's3:PutBucketPublicAccessBlock',
    read: async (client, target, call) =>
      (await client.send(new GetPublicAccessBlockCommand(target), call)).PublicAccessBlockConfiguration,
    write: (client, target, next) =>
      client.send(new PutPublicAccessBlockCommand({ ...target, PublicAccessBlockConfiguration: next })),
    ofNew: publicAccessBlock(),
    plan: planPublicAccess,
  }),
  setting({
    id: 'ownership',
    reads: 's3:GetBucketOwnershipControls',
    writes: 's3:PutBucketOwnershipControls',
    read: async (client, target, call) =>
      (await client.send(new GetBucketOwnershipControlsCommand(target), call)).OwnershipControls,
    write: (client, target, next) =>
      client.send(new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls: next })),
    ofNew: bucketOwnership(),
    plan: planOwnership,
  }),
  setting({
    id: 'encryption',
    reads: 's3:GetEncryptionConfiguration',
    writes: 's3:PutEncryptionConfiguration',
    read: async (client, target, call) =>
      (await client.send(new GetBucketEncryptionCommand(target), call)).ServerSideEncryptionConfiguration,
    write: (client, target, next) =>
      client.send(new PutBucketEncryptionCommand({ ...target, ServerSideEncryptionConfiguration: next })),
    ofNew: bucketEncryption(),
    plan: planEncryption,
  }),
  setting({
    id: 'versioning',
    reads: 's3:GetBucketVersioning',
    writes: 's3:PutBucketVersioning',
    read: async (client, target, call) => ({
      Status: (await client.send(new GetBucketVersioningCommand(target), call)).Status,
    }),
    write: (client, target, next) =>
      client.send(new PutBucketVersioningCommand({ ...target, VersioningConfiguration: next })),
    plan: planVersioning,
  }),
  setting({
    id: 'object-lock',
    reads: 's3:GetBucketObjectLockConfiguration',
    writes: 's3:PutBucketObjectLockConfiguration',
    read: async (client, target, call) =>
      (await client.send(new GetObjectLockConfigurationCommand(target), call)).ObjectLockConfiguration,
    write: (client, target, next) =>
      client.send(new PutObjectLockConfigurationCommand({ ...target, ObjectLockConfiguration: next })),
    plan: planObjectLock,
  }),
  setting({
    id: 'lifecycle',
    reads: 's3:GetLifecycleConfiguration',
    writes: 's3:PutLifecycleConfiguration',
    read: async (client, target, call) =>
      (await client.send(new GetBucketLifecycleConfigurationCommand(target), call)).Rules,
    write: (client, target, Rules) =>
      client.send(new PutBucketLifecycleConfigurationCommand({ ...target, LifecycleConfiguration: { Rules } })),
    plan: planLifecycle,
  }),
  setting({
    id: 'cors',
    reads: 's3:GetBucketCORS',
    writes: 's3:PutBucketCORS',
    read: async (client, target, call) => (await client.send(new GetBucketCorsCommand(target), call)).CORSRules,
    write: (client, target, CORSRules) =>
      CORSRules.length > 0
        ? client.send(new PutBucketCorsCommand({ ...target, CORSConfiguration: { CORSRules } }))
        : client.send(new DeleteBucketCorsCommand(target)),
    plan: planCors,
  }),
  setting({
    id: 'policy',
    reads: 's3:GetBucketPolicy',
    writes: 's3:PutBucketPolicy',
    read: async (client, target, call) =>
      readPolicy((await client.send(new GetBucketPolicyCommand(target), call)).Policy),
    write: (client, target, next) =>
      client.send(new PutBucketPolicyCommand({ ...target, Policy: JSON.stringify(next) })),
    plan: planPolicy,
  }),
];

/** Object lock is for who asks for it: it can never be switched off again. */
export const settingsFor = ({ objectLock }: CheckedBucketOptions): readonly Setting[] =>
  everySetting.filter(({ id }) => id !== 'object-lock' || objectLock);
