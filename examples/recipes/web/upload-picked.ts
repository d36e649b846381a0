// web/upload-picked.ts
import type { Api } from './api.js';
import type { StoredFile } from './upload.js';

/** What a picker of React Native or Expo gives. */
interface Picked {
  uri: string;
  name: string;
  size: number;
  mimeType?: string;
}

/** React Native's FormData reads the file from its `uri` while it sends: it is never in JavaScript's memory. */
export async function uploadPicked(api: Api, folder: string, { uri, name, size, mimeType = '' }: Picked) {
  const declared = { fileName: name, contentType: mimeType, size, method: 'POST' };
  const ticket = await api<{ token: string; url: string; fields: Record<string, string> }>(
    'POST',
    `${folder}/uploads`,
    declared,
  );
  const form = new FormData();
  for (const [field, value] of Object.entries(ticket.fields)) form.append(field, value);
  form.append('file', { uri, name, type: ticket.fields['Content-Type'] } as unknown as Blob);
  await fetch(ticket.url, { method: 'POST', body: form }).catch(() => undefined);
  return api<StoredFile>('POST', '/uploads/complete', { token: ticket.token });
}
