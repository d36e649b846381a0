import { isAbort, RequestError, textIn } from '../http/send.js';

const atOnce = 3;
const tries = 3;

/** A file that goes to the store in parts. What has arrived stays there, so that sending can stop and go on. */
export class Parts {
  /** Put together: nothing is left to send. */
  isWhole = false;
  #etag;
  #session;
  #ticket;
  #file;
  /** The store's, once it is open. */
  uploadId;
  /** ETags of the parts that the store has, by number. */
  #arrived = new Map();
  /** Bytes that have gone out of those that are under way, by number. */
  #underWay = new Map();

  /** `uploadId` is that of one that was begun before. */
  constructor(session, ticket, file, uploadId) {
    this.uploadId = uploadId;
    this.#session = session;
    this.#ticket = ticket;
    this.#file = file;
  }

  /**
   * Sends what the store does not have yet, then has it put together, and tells the ETag of the whole. Can be called again
   * after it was stopped.
   */
  async send({ signal, onProgress }) {
    if (this.isWhole) return this.#etag;
    this.#underWay.clear();
    if (this.uploadId) this.#arrived = await this.#list(signal);
    this.uploadId ??= textIn(await this.#step(signal, 'POST'), 'UploadId');
    onProgress(this.arrivedBytes);
    const numbers = Array.from({ length: this.#ticket.partCount }, (_, index) => index + 1);
    const missing = numbers.filter((number) => !this.#arrived.has(number));
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const sendMissing = async () => {
      for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
        await this.#part(number, either, onProgress);
      }
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, sendMissing));
    } catch (error) {
      failed.abort();
      throw error;
    }
    // Not to be stopped: whether it happened would not be known.
    const list = partsDocument(numbers, this.#arrived);
    this.#etag = textIn(await this.#step(undefined, 'POST', { uploadId: this.uploadId }, list), 'ETag');
    this.isWhole = true;
    return this.#etag;
  }

  /** For each part in turn, how much of it is there or on its way, from 0 to 1. */
  get shares() {
    return Array.from({ length: this.#ticket.partCount }, (_, index) => {
      const under = this.#underWay.get(index + 1) ?? 0;
      return this.#arrived.has(index + 1) ? 1 : under / Math.max(1, this.#sizeOf(index + 1));
    });
  }

  /** Bytes that are there to stay. */
  get arrivedBytes() {
    return [...this.#arrived.keys()].reduce((sum, number) => sum + this.#sizeOf(number), 0);
  }

  async #part(partNumber, signal, onProgress) {
    const body = this.#blob(partNumber);
    const tell = (sent) => {
      this.#underWay.set(partNumber, Math.min(sent, body.size));
      onProgress([...this.#underWay.values()].reduce((sum, each) => sum + each, this.arrivedBytes));
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { url, headers } = await this.#sign(signal, { method: 'PUT', uploadId: this.uploadId, partNumber });
        const answer = await this.#session.store('PUT', url, { headers, body, signal, onProgress: tell });
        this.#underWay.delete(partNumber);
        this.#arrived.set(partNumber, answer.header('etag'));
        return;
      } catch (error) {
        if (isAbort(error) || !error.isPassing || attempt === tries) throw error;
        tell(0);
        await pause(attempt * 1000, signal);
      }
    }
  }

  async #list(signal) {
    const list = await this.#step(signal, 'GET', { uploadId: this.uploadId });
    const parts = [...list.getElementsByTagNameNS('*', 'Part')];
    return new Map(parts.map((part) => [Number(textIn(part, 'PartNumber')), textIn(part, 'ETag')]));
  }

  /** One step that the store answers with a document. It can say 200 and then find that it failed. */
  async #step(signal, method, ids, body) {
    const { url, headers } = await this.#sign(signal, { method, ...ids });
    const answer = await this.#session.store(method, url, { headers, body: body && new Blob([body]), signal });
    const document = new DOMParser().parseFromString(answer.body, 'text/xml');
    if (document.documentElement.localName !== 'Error') return document;
    const [code, message] = ['Code', 'Message'].map((name) => textIn(document, name));
    throw new RequestError({ from: 'Store:', statusCode: 500, code, message });
  }

  #sign(signal, step) {
    return this.#session.call('POST', '/uploads/sign', { json: { token: this.#ticket.token, ...step }, signal });
  }

  #sizeOf(partNumber) {
    const { partSize } = this.#ticket;
    return Math.min(partSize, this.#file.size - (partNumber - 1) * partSize);
  }

  #blob(partNumber) {
    const { partSize } = this.#ticket;
    return this.#file.slice((partNumber - 1) * partSize, partNumber * partSize);
  }
}

function partsDocument(numbers, etags) {
  const list = document.implementation.createDocument(null, 'CompleteMultipartUpload');
  for (const number of numbers) {
    const part = list.documentElement.appendChild(list.createElement('Part'));
    part.appendChild(list.createElement('PartNumber')).textContent = number;
    part.appendChild(list.createElement('ETag')).textContent = etags.get(number);
  }
  return new XMLSerializer().serializeToString(list);
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('Stopped.', 'AbortError'));
    });
  });
}
