import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { startTestStorage } from '../../testing/test-storage.js';
import { onBehalfOf } from '../client/org-guard.js';
import { withPayloadHash } from './payload-hash.js';
import { createS3Client } from '../client/s3-client.js';

const storage = await startTestStorage();
const client = createS3Client(storageSettings(storage.options));
const org = parseOrgId('1');
const bytes = Buffer.from('some bytes');

afterAll(async () => {
  client.destroy();
  await storage.close();
});

const put = (sha256: string) => {
  const Key = '1/uploads/a.bin';
  const command = new PutObjectCommand({ Bucket: storage.bucket, Key, Body: bytes, ServerSideEncryption: 'AES256' });
  return client.send(withPayloadHash(onBehalfOf(org, command), sha256));
};

test('the hash that is told is the one that is signed', async () => {
  await put(createHash('sha256').update(bytes).digest('hex'));
  expect((await storage.contents()).keys).toEqual(['1/uploads/a.bin']);
  await storage.empty();
  const wrong = put(createHash('sha256').update('other bytes').digest('hex'));
  await expect(wrong).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
  expect((await storage.contents()).keys).toEqual([]);
});
