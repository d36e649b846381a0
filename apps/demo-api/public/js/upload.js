import { isAbort } from './send.js';
import { Parts } from './parts.js';

/**
 * One file on its way. `state` goes from `running` to `done`, `failed` or `cancelled`; one that is sent in parts can also
 * be `paused`, and goes on where it stopped. One that went to the store goes on after a failure that may pass.
 */
export class Upload {
  state = 'running';
  /** Bytes that have gone out. */
  sent = 0;
  /** What it is busy with, in words. */
  step = '';
  stored;
  error;
  #session;
  #place;
  #declared;
  #onChange;
  #stop = new AbortController();
  #ticket;
  #parts;

  /** `declared`: `{way, fileName, contentType, replace, sha256}`, where `sha256` asks for a promised hash. */
  constructor(session, place, file, declared, onChange) {
    Object.assign(this, { file, way: declared.way });
    this.#session = session;
    this.#place = place;
    this.#declared = declared;
    this.#onChange = onChange;
  }

  get canPause() {
    return this.state === 'running' && this.#parts?.isWhole === false;
  }

  get canResume() {
    return this.#ticket !== undefined && (this.state === 'paused' || (this.state === 'failed' && this.error.isPassing));
  }

  async run() {
    this.#stop = new AbortController();
    this.#change({ state: 'running', error: undefined });
    try {
      const stored = this.way === 'api' ? await this.#throughApi() : await this.#straightToStore();
      this.#change({ state: 'done', stored, sent: this.file.size });
    } catch (error) {
      if (isAbort(error)) return;
      this.#change({ state: 'failed', error });
      if (!this.canResume) this.#abandon();
    }
  }

  pause() {
    this.#stop.abort();
    this.#set({ state: 'paused', sent: this.#parts.arrivedBytes });
  }

  cancel() {
    this.#stop.abort();
    this.#set({ state: 'cancelled' });
    this.#abandon();
  }

  #throughApi() {
    const { fileName, contentType } = this.#declared;
    this.#change({ step: 'sending to the API' });
    return this.#session.call('PUT', `${this.#place.file(fileName)}${this.#query}`, {
      headers: { 'content-type': contentType },
      body: this.file,
      ...this.#watched,
    });
  }

  async #straightToStore() {
    this.#ticket ??= await this.#begin();
    this.#change({ step: 'sending to the store' });
    const sent = await this.#follow(this.#ticket).catch((error) => ({ error }));
    if (sent.error && isAbort(sent.error)) throw sent.error;
    this.#change({ step: 'being checked' });
    return this.#complete(sent);
  }

  /**
   * Asked whatever the store said: an answer of it can get lost, and its next one is then a refusal although the bytes are
   * there. With the ETag of what was sent, nothing else is accepted.
   */
  async #complete({ etag, error }) {
    const json = { token: this.#ticket.token, ...(etag && { etag }) };
    try {
      return await this.#session.call('POST', '/uploads/complete', { json, signal: this.#stop.signal });
    } catch (refusal) {
      throw error && refusal.code === 'not_found' ? error : refusal;
    }
  }

  async #begin() {
    const { way, fileName, contentType, sha256 } = this.#declared;
    if (sha256) this.#change({ step: 'being hashed' });
    const json = {
      fileName,
      contentType,
      size: this.file.size,
      ...(sha256 && { sha256: await hashOf(this.file) }),
      ...(way === 'MULTIPART' ? { multipart: true } : { method: way }),
    };
    return this.#session.call('POST', `${this.#place.begin}${this.#query}`, { json, signal: this.#stop.signal });
  }

  /** Does what the ticket says, as it says it, and tells the ETag of what the store has then. */
  async #follow(ticket) {
    const { method, url, headers, fields } = ticket;
    if (method === 'MULTIPART') {
      this.#parts ??= new Parts(this.#session, ticket, this.file);
      this.#change({});
      return { etag: await this.#parts.send(this.#watched) };
    }
    const body = method === 'POST' ? formOf(fields, this.file) : this.file;
    const answer = await this.#session.store(method, url, { headers, body, ...this.#watched });
    return { etag: answer.header('etag') };
  }

  get #query() {
    return this.#place.many && this.#declared.replace ? '?replace=true' : '';
  }

  get #watched() {
    const onProgress = (sent) => this.#change({ sent: Math.min(sent, this.file.size) });
    return { signal: this.#stop.signal, onProgress };
  }

  /** Best effort: what nobody completes expires. */
  #abandon() {
    const token = this.#ticket?.token;
    if (token) this.#session.call('DELETE', '/uploads', { json: { token } }).catch(() => {});
  }

  /** What is still under way when an upload is stopped has no say any more. */
  #change(changes) {
    if (!this.#stop.signal.aborted) this.#set(changes);
  }

  #set(changes) {
    Object.assign(this, changes);
    this.#onChange(this);
  }
}

/** The file goes last: what comes after it does not count. */
function formOf(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  return form;
}

async function hashOf(file) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
