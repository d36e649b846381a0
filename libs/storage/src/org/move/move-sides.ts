import type { StorageSettings } from '../../options/storage.settings.js';
import { createMovingClient } from '../../store/client/other-clients.js';
import { officerStore, type OfficerStore, type StoreClient } from '../officer.js';

/** One of the two buckets of a move. */
export interface MoveSide extends OfficerStore {
  settings: StorageSettings;
  client: StoreClient;
}

export const moveFrom = (settings: StorageSettings, client: StoreClient): MoveSide => ({
  ...officerStore(settings, client),
  settings,
  client,
});

/** The other bucket, by a client that may also copy from the first one. */
export function moveTo(settings: StorageSettings, copiesFrom: string): MoveSide {
  const client = createMovingClient(settings, copiesFrom);
  return { ...officerStore(settings, client), settings, client };
}

/** Whether one of them can copy from the other without the bytes coming here. */
export const isOneStore = (a: StorageSettings, b: StorageSettings): boolean => a.endpoint === b.endpoint;
