import { formUpload } from '../../src/kinds/form-upload.js';
import type { OrgId } from '../../src/keys/org-id.js';
import { one, type startFiles } from './gates.kit.js';
import { follow } from '../http.js';

export const by = 'pat';
export const place = { formId: '7', customFieldId: '3', fileName: 'a.txt' };

export const ways = ['streamed', 'PUT', 'POST', 'multipart'] as const;
type Started = Pick<Awaited<ReturnType<Awaited<ReturnType<typeof startFiles>>['start']>>, 'files' | 'uploads'>;

/** Sends by one of the ways; what is given completes it, and may be asked again. */
export async function send(
  { files, uploads }: Started,
  way: (typeof ways)[number],
  bytes: Buffer,
  org: OrgId = one,
  { fileName = place.fileName, contentType = 'text/plain' } = {},
) {
  const at = { ...place, fileName };
  if (way === 'streamed') {
    return () => files.upload(formUpload, org, at, { bytes, contentType }, { by });
  }
  const how = way === 'multipart' ? { multipart: true } : { method: way };
  const declared = { contentType, size: bytes.length, ...how };
  const ticket = await files.beginUpload(formUpload, org, at, declared, { by });
  if (ticket.method !== 'MULTIPART') await follow(ticket, bytes);
  else {
    const step = async (asked: Parameters<typeof uploads.sign>[2], body?: Buffer | string) => {
      const { url, method, headers } = await uploads.sign(org, ticket.token, asked, { by });
      return fetch(url, {
        method,
        headers: headers ?? {},
        ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
      });
    };
    const [, uploadId = ''] = /<UploadId>(.*)<\/UploadId>/.exec(await (await step({ method: 'POST' })).text()) ?? [];
    const parts: string[] = [];
    for (let number = 1; number <= ticket.partCount; number += 1) {
      const part = bytes.subarray((number - 1) * ticket.partSize, number * ticket.partSize);
      const { headers } = await step({ method: 'PUT', uploadId, partNumber: number }, part);
      parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${headers.get('etag')}</ETag></Part>`);
    }
    await step({ method: 'POST', uploadId }, `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  }
  return () => uploads.complete(org, ticket.token, { by });
}
