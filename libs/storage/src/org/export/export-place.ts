import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { OrgClients } from '../../store/client/org-clients.js';
import { createPlaceClient } from '../../store/client/other-clients.js';
import { ObjectStore } from '../../store/object-store.js';
import { Presigner } from '../../store/signing/presigner.js';

/** A place in a bucket that is none of this module's, where an export lies. */
export interface ExportPlace {
  settings: StorageSettings;
  client: OrgClients['main'];
  store: ObjectStore;
  prefix: KeyPrefix;
  /** Of what lies there under a path of an export. */
  key(path: string): ObjectKey;
  close(): void;
}

/** `settings` are of that bucket. `copiesFrom` is the bucket of the module that it may copy from. */
export function exportPlace(settings: StorageSettings, prefix: string, copiesFrom?: string): ExportPlace {
  const { tenantRole: _ofTheApplication, ...own } = settings;
  const client = createPlaceClient(own, { prefix, ...(copiesFrom !== undefined && { copiesFrom }) });
  const store = new ObjectStore(own, new OrgClients(own, client), new Presigner(own));
  return {
    settings: own,
    client,
    store,
    prefix: prefix as KeyPrefix,
    key: (path) => `${prefix}${path}` as ObjectKey,
    close: () => client.destroy(),
  };
}
