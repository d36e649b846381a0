import { Logger, type INestApplicationContext } from '@nestjs/common';
import { provision, S3_CLIENT, STORAGE_SETTINGS } from 'nest-tenant-storage';

/** Sets the embedded server's bucket up as `nest-tenant-storage provision` does a real one, for pages of this origin. */
export async function prepareBucket(app: INestApplicationContext, origin: string): Promise<void> {
  const appOrigins = [origin, origin.replace('127.0.0.1', 'localhost')];
  const steps = await provision(
    app.get(STORAGE_SETTINGS, { strict: false }),
    app.get(S3_CLIENT, { strict: false }),
    { appOrigins },
    { confirm: () => Promise.resolve(true) },
  );
  for (const { id, outcome, message } of steps) {
    if (outcome === 'failed' || outcome === 'unsupported') new Logger('bucket').warn(`${id}: ${message}`);
  }
}
