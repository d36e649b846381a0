import { bucketOperations } from './buckets.js';
import type { Operation } from './context.js';
import { copyOperations } from './copy-object.js';
import { deleteOperations } from './delete-object.js';
import { getOperations } from './get-object.js';
import { listOperations } from './list-objects.js';
import { putOperations } from './put-object.js';
import { taggingOperations } from './tagging.js';

/** Every operation the server knows. */
export const operations: readonly Operation[] = [
  ...bucketOperations,
  ...listOperations,
  ...putOperations,
  ...copyOperations,
  ...getOperations,
  ...deleteOperations,
  ...taggingOperations,
];
