import { Logger, type INestApplicationContext } from '@nestjs/common';
import { createS3Client, provision, STORAGE_SETTINGS, type StorageSettings } from 'nest-tenant-storage';

/** Sets the embedded server's bucket up as `nest-tenant-storage provision` does a real one, for pages of this origin. */
export async function prepareBucket(app: INestApplicationContext, origin: string): Promise<void> {
  const appOrigins = [origin, origin.replace('127.0.0.1', 'localhost')];
  const settings = app.get<StorageSettings>(STORAGE_SETTINGS, { strict: false });
  // Of its own: the one that serves requests changes no bucket. Its connections are the module's, and end with it.
  const client = createS3Client(settings);
  const steps = await provision(settings, client, { appOrigins }, { confirm: () => Promise.resolve(true) });
  for (const { id, outcome, message } of steps) {
    if (outcome === 'failed' || outcome === 'unsupported') new Logger('bucket').warn(`${id}: ${message}`);
  }
}
