import { bucketConfigOperations } from './bucket-config.js';
import { bucketPolicyOperations } from './bucket-policy.js';
import { bucketOperations } from './buckets.js';
import { completeOperations } from './complete-upload.js';
import type { Operation } from './context.js';
import { copyOperations } from './copy-object.js';
import { deleteOperations } from './delete-object.js';
import { attributesOperations } from './get-object-attributes.js';
import { getOperations } from './get-object.js';
import { listOperations } from './list-objects.js';
import { lockOperations } from './lock-settings.js';
import { multipartOperations } from './multipart-uploads.js';
import { aclOperations } from './object-acl.js';
import { putOperations } from './put-object.js';
import { stsOperations } from './sts.js';
import { unsetOperations } from './unset-settings.js';
import { taggingOperations } from './tagging.js';
import { partOperations } from './upload-parts.js';
import { versioningOperations } from './versioning.js';

/** Every operation the server knows. */
export const operations: readonly Operation[] = [
  ...bucketOperations,
  ...listOperations,
  ...putOperations,
  ...copyOperations,
  ...getOperations,
  ...attributesOperations,
  ...deleteOperations,
  ...taggingOperations,
  ...versioningOperations,
  ...partOperations,
  ...multipartOperations,
  ...lockOperations,
  ...completeOperations,
  ...bucketConfigOperations,
  ...unsetOperations,
  ...bucketPolicyOperations,
  ...aclOperations,
  ...stsOperations,
];
