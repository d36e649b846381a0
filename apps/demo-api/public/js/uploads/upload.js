import { isAbort } from '../http/send.js';
import { formOf, hashOf, longestHashed } from './bodies.js';
import { Parts } from './parts.js';

/** More goes in parts: it can be paused, and a lost connection costs a part only. */
const longestWhole = 16 * 1024 * 1024;

/** The way that suits a file of this size. */
export const wayOf = (size) => (size > longestWhole ? 'MULTIPART' : 'PUT');

/**
 * One file on its way. `state` goes from `waiting` to `running`, then `done`, `failed` or `cancelled`; one that is sent in
 * parts can also be `paused`, and goes on where it stopped. One that went to the store goes on after a failure that may pass.
 * One that a reload `interrupted` goes on once it is given its file again.
 */
export class Upload {
  state = 'waiting';
  /** Bytes that have gone out. */
  sent = 0;
  /** What it is busy with: the key of a text. */
  step = 'step.api';
  stored;
  error;
  #onChange;
  #stop = new AbortController();
  #ticket;
  #parts;

  /** `declared`: `{way, fileName, contentType, replace, sha256}`, where `sha256` asks for a declared hash. */
  constructor(session, place, file, declared, onChange) {
    const way = declared.way === 'auto' ? wayOf(file.size) : declared.way;
    const name = declared.fileName || file.name;
    Object.assign(this, { file, declared, way, place, session: session.about({ name }) });
    this.#onChange = onChange;
  }

  /** What is needed to go on after a reload; undefined while nothing in parts is open. */
  get resumable() {
    const { partSize, partCount, token } = this.#ticket ?? {};
    const uploadId = this.#parts?.uploadId;
    const isOver = ['done', 'cancelled'].includes(this.state) || (this.state === 'failed' && !this.canResume);
    return uploadId && !isOver ? { method: 'MULTIPART', token, partSize, partCount, uploadId } : undefined;
  }

  /** How much of each part is there; empty where there are none. */
  get shares() {
    return this.#parts?.shares ?? [];
  }

  /** Makes it one that was begun before the page was loaded anew; `file` is then what is known of its file. */
  interrupt({ uploadId, ...ticket }) {
    this.#ticket = ticket;
    this.#parts = new Parts(this.session, ticket, this.file, uploadId);
    this.state = 'interrupted';
  }

  isOf({ name, size, lastModified }) {
    const { file } = this;
    return file.name === name && file.size === size && file.lastModified === lastModified;
  }

  /** Gives an interrupted one its file. */
  take(file) {
    this.file = file;
    this.#parts = new Parts(this.session, this.#ticket, file, this.#parts.uploadId);
    this.#set({ state: 'waiting' });
  }

  get canPause() {
    return this.state === 'running' && this.#parts?.isWhole === false;
  }

  get canResume() {
    return this.#ticket !== undefined && (this.state === 'paused' || (this.state === 'failed' && this.error.isPassing));
  }

  /** Another try from the beginning, of what cannot go on. */
  get canRetry() {
    return this.state === 'failed' && !this.canResume && (this.error.isPassing || this.error.from !== '');
  }

  wait() {
    if (this.canRetry) {
      this.#ticket = undefined;
      this.#parts = undefined;
    }
    this.#set({ state: 'waiting', error: undefined });
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
    const { fileName, contentType } = this.declared;
    this.#change({ step: 'step.api' });
    return this.session.call('PUT', `${this.place.file(fileName)}${this.#query}`, {
      headers: { 'content-type': contentType },
      body: this.file,
      ...this.#watched,
    });
  }

  async #straightToStore() {
    this.#ticket ??= await this.#begin();
    this.#change({ step: 'step.store' });
    const sent = await this.#follow(this.#ticket).catch((error) => ({ error }));
    if (sent.error && isAbort(sent.error)) throw sent.error;
    this.#change({ step: 'step.checked' });
    return this.#complete(sent);
  }

  /**
   * Asked whatever the store said: an answer of it can get lost, and its next one is then a refusal although the bytes are
   * there. With the ETag of what was sent, nothing else is accepted.
   */
  async #complete({ etag, error }) {
    const json = { token: this.#ticket.token, ...(etag && { etag }) };
    try {
      return await this.session.call('POST', '/uploads/complete', { json, signal: this.#stop.signal });
    } catch (refusal) {
      throw error && refusal.code === 'not_found' ? error : refusal;
    }
  }

  async #begin() {
    const { way } = this;
    const { fileName, contentType } = this.declared;
    const sha256 = this.declared.sha256 && this.file.size <= longestHashed;
    if (sha256) this.#change({ step: 'step.hashed' });
    const json = {
      fileName,
      contentType,
      size: this.file.size,
      ...(sha256 && { sha256: await hashOf(this.file) }),
      ...(way === 'MULTIPART' ? { multipart: true } : { method: way }),
    };
    return this.session.call('POST', `${this.place.begin}${this.#query}`, { json, signal: this.#stop.signal });
  }

  /** Does what the ticket says, as it says it, and tells the ETag of what the store has then. */
  async #follow(ticket) {
    const { method, url, headers, fields } = ticket;
    if (method === 'MULTIPART') {
      this.#parts ??= new Parts(this.session, ticket, this.file);
      this.#change({});
      return { etag: await this.#parts.send(this.#watched) };
    }
    const body = method === 'POST' ? formOf(fields, this.file) : this.file;
    const answer = await this.session.store(method, url, { headers, body, ...this.#watched });
    return { etag: answer.header('etag') };
  }

  get #query() {
    return this.place.many && this.declared.replace ? '?replace=true' : '';
  }

  get #watched() {
    const onProgress = (sent) => this.#change({ sent: Math.min(sent, this.file.size) });
    return { signal: this.#stop.signal, onProgress };
  }

  /** Best effort: what nobody completes expires. */
  #abandon() {
    const token = this.#ticket?.token;
    if (token) this.session.call('DELETE', '/uploads', { json: { token } }).catch(() => {});
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
