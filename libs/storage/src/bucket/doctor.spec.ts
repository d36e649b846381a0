import { startTestStorage, type TestStorage } from '../testing/test-storage.js';
import { createS3Client } from '../s3/s3-client.js';
import { storageSettings } from '../storage.settings.js';
import { diagnose } from './doctor.js';
import { provision } from './provision.js';

let storage: TestStorage;
beforeAll(async () => {
  storage = await startTestStorage();
});
afterAll(() => storage.close());

test('smoke', async () => {
  const rules = { requireTls: true, appOrigins: ['https://app.example.com'] };
  const settings = storageSettings(storage.options);
  const client = createS3Client(settings);
  const steps = await provision(settings, client, rules, { confirm: async () => true });
    JSON.stringify(
      steps.map(({ before: _b, after: _a, ...s }) => s),
      null,
      1,
    ),
  );
  const report = await diagnose(settings, client, rules);
});
