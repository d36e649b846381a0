// src/move-files.ts
import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseOrgId, StorageError, type FormUploadsService } from 'nest-tenant-storage';

/** A row of the table that says whose files the old bucket holds. */
interface OldFile {
  orgId: string;
  formId: string;
  customFieldId: string;
  fileName: string;
  key: string;
}

/** Every file is checked as if it came from a client; run it again after an interruption. */
export async function* moveFiles(rows: Iterable<OldFile>, old: S3Client, bucket: string, forms: FormUploadsService) {
  for (const { orgId, key, ...place } of rows) {
    const {
      Body,
      ContentType = '',
      ContentLength,
    } = await old.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const file = { bytes: Body as Readable, contentType: ContentType, size: ContentLength };
    try {
      await forms.upload(parseOrgId(orgId), place, file, { by: 'migration' });
      yield { key, result: 'moved' };
    } catch (error) {
      (Body as Readable).destroy();
      if (!(error instanceof StorageError)) throw error;
      // `already_exists`: moved before. What else a client could mend is for a person to look at; the rest ends the run.
      const isForPeople = [
        'already_exists',
        'type_not_accepted',
        'content_mismatch',
        'file_empty',
        'invalid_file_name',
      ];
      if (!isForPeople.includes(error.code)) throw error;
      yield { key, result: error.code, message: error.message };
    }
  }
}
