import { S3Client } from '@aws-sdk/client-s3';
import multerS3 from 'multer-s3';
import { Agent } from 'node:http';
import { plainClient, type BenchStore } from '../store.js';

/**
 * Two ways to use multer-s3: with a client as most applications make one, which adds a CRC32 to each part, and with one
 * that is set up as the module sets up its own. Both ask for the same encryption and ACL as the module does.
 */
export function multerStorages(store: BenchStore) {
  const tuned = new S3Client({
    ...plainClient(store),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: 100 }) },
  });
  const storage = (s3: S3Client) =>
    multerS3({
      s3,
      bucket: store.bucket,
      serverSideEncryption: 'AES256',
      contentType: (_request, file, done) => done(null, file.mimetype),
      metadata: (_request, file, done) => done(null, { 'file-name': file.originalname, 'uploaded-by': 'alice' }),
      key: (_request, file, done) => done(null, `1/multer/${file.originalname}`),
    });
  return { asShipped: storage(new S3Client(plainClient(store))), tuned: storage(tuned) };
}
