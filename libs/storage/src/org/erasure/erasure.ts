import { Inject, Injectable } from '@nestjs/common';
import { Gates } from '../../files/gates/gates.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { STORAGE_SETTINGS } from '../../storage.tokens.js';
import { S3_CLIENT } from '../../store/client/s3-client.js';
import type { StoreClient } from '../officer.js';
import { OrgErasure } from './org-erasure.js';

/**
 * Erases what an organisation has, with a signed certificate of what was there and what stays. It takes rights that an
 * application should not have (`policy iam-officer`): run it where they are, or by the command `erase`.
 */
@Injectable()
export class Erasure extends OrgErasure {
  constructor(
    @Inject(STORAGE_SETTINGS) settings: StorageSettings,
    @Inject(S3_CLIENT) client: StoreClient,
    gates: Gates,
  ) {
    super(settings, client, (...what) => gates.erased(...what));
  }
}
