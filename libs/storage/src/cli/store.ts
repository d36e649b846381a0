import type { Io } from './io.js';
import type { Arguments } from './arguments.js';
import { settingsFrom } from './inputs.js';
import { ObjectStore } from '../store/object-store.js';
import { OrgClients } from '../store/client/org-clients.js';
import { VersionStore } from '../store/versions/version-store.js';
import { Presigner } from '../store/signing/presigner.js';
import { createS3Client } from '../store/client/s3-client.js';

/** The store of the flags, for commands that read and write files. */
export function openStore(
  args: Arguments,
  io: Io,
): {
  store: ObjectStore;
  versions: VersionStore;
  close(): void;
} {
  const settings = settingsFrom(args, io.env);
  const client = createS3Client(settings);
  const clients = new OrgClients(settings, client);
  const store = new ObjectStore(settings, clients, new Presigner(settings));
  return {
    store,
    versions: new VersionStore(settings, clients, store),
    close: () => {
      clients.destroy();
      client.destroy();
    },
  };
}
