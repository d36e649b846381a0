declare module 'multer-s3' {
  import type { S3Client } from '@aws-sdk/client-s3';
  import type { Request } from 'express';
  import type { StorageEngine } from 'multer';

  type Choice<T> = (request: Request, file: Express.Multer.File, done: (error: Error | null, value: T) => void) => void;

  /** What the benchmark uses of it: the package comes without types. */
  export default function multerS3(options: {
    s3: S3Client;
    bucket: string;
    key: Choice<string>;
    contentType: Choice<string>;
    metadata: Choice<Record<string, string>>;
    serverSideEncryption: string;
  }): StorageEngine;
}
