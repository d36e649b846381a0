import { layout } from '../keys/layout.js';
import type { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import { ticketPartBytes, writeUrlSeconds } from '../storage.policy.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { partCount, postForm, putRequest } from './upload-requests.js';
import type { UploadTicket } from './declared-upload.js';
import { tokenSeconds, type UploadTerms } from './upload-token.js';

/** The request that a client is to follow; for parts, what it needs to ask for each step. */
export async function ticketFor(
  store: ObjectStore,
  settings: StorageSettings,
  terms: UploadTerms,
  token: string,
  method: 'POST' | 'PUT' = settings.uploadMethod,
): Promise<UploadTicket> {
  const { org, multipart, size } = terms;
  const key = layout.incoming(org, terms);
  const life = { expiresIn: writeUrlSeconds };
  if (multipart) {
    const expiresAt = new Date(Date.now() + tokenSeconds * 1000);
    return { method: 'MULTIPART', partSize: ticketPartBytes, partCount: partCount(size), expiresAt, token };
  }
  if (method === 'POST') {
    if (!settings.store.postPolicy) {
      throw new StorageError('not_supported', `This store does not verify POST policies: ask for method 'PUT'.`);
    }
    return { method, ...(await store.presignPost(org, key, await postForm(settings, terms), life)), token };
  }
  const request = await putRequest(settings, terms);
  const { url, expiresAt } = await store.presign(org, key, request, life);
  return { method, url, expiresAt, headers: sent(request.headers), token };
}

/** Clients set their own Content-Length, and browsers let nobody else do it. */
export const sent = ({ 'content-length': _set, ...headers }: Readonly<Record<string, string>> = {}): Record<
  string,
  string
> => headers;

export function requireSafeStore({ store, tenantRole }: StorageSettings): void {
  if (store.refusesUnsignedHeaders || tenantRole) return;
  throw new StorageError(
    'not_supported',
    'This store accepts headers that a URL does not sign, so a client could copy foreign objects: direct uploads need tenantRole.',
  );
}
