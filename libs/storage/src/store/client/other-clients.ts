import type { S3Client } from '@aws-sdk/client-s3';
import type { StorageSettings } from '../../options/storage.settings.js';
import { orgGuard } from './org-guard.js';
import { placeGuard, type Place } from './place-guard.js';
import { guardedClient } from './s3-client.js';

/** For who moves an organisation: it copies what is the organisation's in the bucket that is left. */
export const createMovingClient = (settings: StorageSettings, copiesFrom: string): S3Client =>
  guardedClient(settings, orgGuard(settings.bucket, { mayAdminister: false, copiesFrom }));

/** For a place in a bucket that is none of this module's, where an export lies. */
export const createPlaceClient = (settings: StorageSettings, place: Place): S3Client =>
  guardedClient(settings, placeGuard(settings.bucket, place));
