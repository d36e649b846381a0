// web/uppy.ts
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import type { Api } from './api.js';

/** What Uppy asks for: which ids are there says which step it is. */
interface Step {
  method: string;
  uploadId?: string;
  partNumber?: number;
}

interface PartsTicket {
  token: string;
  partSize: number;
}

/** For one file: `await (await uppyFor(api, '/forms/201/fields/7', file)).upload()`. */
export async function uppyFor(api: Api, folder: string, file: File) {
  const declared = { fileName: file.name, contentType: file.type, size: file.size, multipart: true };
  const { token, partSize } = await api<PartsTicket>('POST', `${folder}/uploads`, declared);
  const uppy = new Uppy().use(AwsS3, {
    shouldUseMultipart: true,
    getChunkSize: () => partSize,
    signRequest: ({ method, uploadId, partNumber }: Step) =>
      api('POST', '/uploads/sign', { token, method, uploadId, partNumber }),
  });
  // After success and after errors alike: an answer of the store may have been lost, and `complete` decides.
  uppy.addPostProcessor(async (fileIDs) => {
    for (const id of fileIDs) {
      const completing = api('POST', '/uploads/complete', { token });
      const error = await completing.then(
        () => null,
        ({ message }: Error) => message,
      );
      uppy.setFileState(id, { error });
    }
  });
  uppy.addFile({ name: file.name, type: file.type, data: file });
  return uppy;
}
