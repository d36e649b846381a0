import { request, type ClientRequest, type IncomingMessage } from 'node:http';

/** The little of `XMLHttpRequest` that browser upload clients use, on node:http, so that the real client runs in tests. */
export class NodeXMLHttpRequest {
  readonly upload: { onprogress?: (event: { lengthComputable: boolean; loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  status = 0;
  statusText = '';
  responseText = '';
  withCredentials = false;
  #open: { method: string; url: string } = { method: 'GET', url: '' };
  #headers: Record<string, string> = {};
  #answer?: IncomingMessage;
  #request?: ClientRequest;
  #aborted = false;

  open(method: string, url: string): void {
    this.#open = { method, url };
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name.toLowerCase()] = value;
  }

  getResponseHeader(name: string): string | null {
    return (this.#answer?.headers[name.toLowerCase()] as string | undefined) ?? null;
  }

  send(body?: Blob | string | null): void {
    void this.#send(body).catch(() => {
      if (!this.#aborted) this.onerror?.();
    });
  }

  abort(): void {
    this.#aborted = true;
    this.#request?.destroy();
  }

  async #send(body?: Blob | string | null): Promise<void> {
    const given = typeof body === 'string' ? new Blob([body]) : (body ?? new Blob([]));
    const bytes = Buffer.from(await given.arrayBuffer());
    if (this.#aborted) return;
    const { method, url } = this.#open;
    this.#answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { ...this.#headers, ...(method === 'GET' ? {} : { 'content-length': String(bytes.length) }) };
      this.#request = request(url, { method, headers }, resolve).on('error', reject);
      this.#request.end(bytes.length > 0 ? bytes : undefined);
    });
    for await (const chunk of this.#answer.setEncoding('utf8')) this.responseText += chunk as string;
    this.status = this.#answer.statusCode ?? 0;
    this.statusText = this.#answer.statusMessage ?? '';
    this.upload.onprogress?.({ lengthComputable: true, loaded: bytes.length, total: bytes.length });
    if (!this.#aborted) this.onload?.();
  }
}
