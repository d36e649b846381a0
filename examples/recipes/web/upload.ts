// web/upload.ts
import type { Api } from './api.js';

export interface StoredFile {
  fileName: string;
  contentType: string;
  size: number;
}

interface FormTicket {
  token: string;
  url: string;
  fields: Record<string, string>;
}

/** `folder` is where your API begins uploads, such as `/forms/201/fields/7`. */
export async function upload(api: Api, folder: string, file: File): Promise<StoredFile> {
  const declared = { fileName: file.name, contentType: file.type, size: file.size, method: 'POST' };
  const ticket = await api<FormTicket>('POST', `${folder}/uploads`, declared);
  const form = new FormData();
  for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
  form.append('file', file);
  // Whatever the store says, or if its answer is lost: `complete` knows.
  const answer = await fetch(ticket.url, { method: 'POST', body: form }).catch(() => undefined);
  const etag = answer?.ok ? answer.headers.get('etag') : undefined;
  return api('POST', '/uploads/complete', { token: ticket.token, ...(etag && { etag }) });
}
