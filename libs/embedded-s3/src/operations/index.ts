import { aclOperations } from '../acl/acl-operations.js';
import { lockOperations } from '../lock/lock-operations.js';
import type { Operation } from '../request/context.js';
import { stsOperations } from '../sts/security-token-service.js';
import { taggingOperations } from '../tags/tagging.js';
import { bucketOperations } from './buckets/buckets.js';
import { listBucketsOperations } from './buckets/list-buckets.js';
import { completeOperations } from './multipart/complete-upload.js';
import { multipartOperations } from './multipart/multipart-uploads.js';
import { partOperations } from './multipart/upload-parts.js';
import { copyOperations } from './objects/copy-object.js';
import { deleteOperations } from './objects/delete-object.js';
import { attributesOperations } from './objects/get-object-attributes.js';
import { getOperations } from './objects/get-object.js';
import { listVersionsOperations } from './objects/list-object-versions.js';
import { listOperations } from './objects/list-objects.js';
import { putOperations } from './objects/put-object.js';
import { bucketConfigOperations } from './settings/bucket-config.js';
import { bucketPolicyOperations } from './settings/bucket-policy.js';
import { unsetOperations } from './settings/unset-settings.js';
import { versioningOperations } from './settings/versioning.js';

/** Every operation the server knows. */
export const operations: readonly Operation[] = [
  ...listBucketsOperations,
  ...bucketOperations,
  ...listOperations,
  ...putOperations,
  ...copyOperations,
  ...getOperations,
  ...attributesOperations,
  ...deleteOperations,
  ...taggingOperations,
  ...versioningOperations,
  ...listVersionsOperations,
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
