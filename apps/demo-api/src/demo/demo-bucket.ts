import { Logger, type INestApplicationContext } from '@nestjs/common';
import { createS3Client, provision, STORAGE_SETTINGS, type StorageSettings } from 'nest-tenant-storage';

/**
 * Sets the embedded server's bucket up as `nest-tenant-storage provision` does a real one, for pages of this origin, by each
 * name that this machine has for it.
 */
export async function prepareBucket(app: INestApplicationContext, origin: string): Promise<void> {
  const settings = app.get<StorageSettings>(STORAGE_SETTINGS, { strict: false });
  const { port } = new URL(origin);
  const hosts = ['127.0.0.1', 'localhost', new URL(settings.publicEndpoint ?? origin).hostname];
  const appOrigins = [...new Set([origin, ...hosts.map((host) => `http://${host}:${port}`)])];
  // Of its own: the one that serves requests changes no bucket. Its connections are the module's, and end with it.
  const client = createS3Client(settings);
  const steps = await provision(settings, client, { appOrigins }, { confirm: () => Promise.resolve(true) });
  for (const { id, outcome, message } of steps) {
    if (outcome === 'failed' || outcome === 'unsupported') new Logger('bucket').warn(`${id}: ${message}`);
  }
}
