import type { StorageSettings } from '../options/storage.settings.js';
import { OrgClients } from '../store/client/org-clients.js';
import { ObjectStore } from '../store/object-store.js';
import { Presigner } from '../store/signing/presigner.js';
import { VersionStore } from '../store/versions/version-store.js';

/** The module's own client of the SDK, whose rights are somebody's. */
export type StoreClient = OrgClients['main'];

/** What somebody with rights of their own works with. */
export interface OfficerStore {
  store: ObjectStore;
  versions: VersionStore;
}

/** By one client for all areas: no session of an organisation may remove versions or release holds. */
export function officerStore(settings: StorageSettings, client: StoreClient): OfficerStore {
  const { tenantRole: _ofTheApplication, ...own } = settings;
  const clients = new OrgClients(own, client);
  const store = new ObjectStore(own, clients, new Presigner(own));
  return { store, versions: new VersionStore(own, clients, store) };
}
