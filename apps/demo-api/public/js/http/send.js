/** A request that was refused, or that got no answer. */
export class RequestError extends Error {
  name = 'RequestError';

  /** `from` is who refused: nobody for the API, whose codes speak for themselves. */
  constructor({ from = '', statusCode = 0, code, message }) {
    super(message);
    Object.assign(this, { from, statusCode, code });
  }

  /** Worth another try as it is: the answer was lost, or the other side had a bad moment. */
  get isPassing() {
    const { statusCode, code } = this;
    return statusCode === 0 || statusCode >= 500 || statusCode === 429 || code === 'ConditionalRequestConflict';
  }
}

export const isAbort = (error) => error instanceof DOMException && error.name === 'AbortError';

/**
 * One request, with the progress of what is sent and of what comes. XMLHttpRequest, as fetch does not tell how much has gone out.
 *
 * @returns {Promise<{status: number, body: string | Blob, header: (name: string) => string | null}>}
 */
export function send(method, url, { headers = {}, body, type = 'text', onProgress, onReceived, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const aborted = () => reject(new DOMException('Stopped.', 'AbortError'));
    if (signal?.aborted) return aborted();
    request.open(method, url);
    request.responseType = type;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress) request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    if (onReceived) request.onprogress = ({ loaded }) => onReceived(loaded);
    request.onload = () => {
      const { status, response } = request;
      if (status >= 200 && status < 300) {
        resolve({ status, body: response, header: (name) => request.getResponseHeader(name) });
      } else {
        refusal(status, response).then(reject, reject);
      }
    };
    request.onerror = () =>
      reject(new RequestError({ code: 'no_answer', message: 'The connection failed, or the browser refused it.' }));
    request.onabort = aborted;
    request.onloadend = () => signal?.removeEventListener('abort', stop);
    signal?.addEventListener('abort', stop);
    request.send(body);
  });
}

async function refusal(statusCode, response) {
  const text = response instanceof Blob ? await response.text() : (response ?? '');
  const { code, message } = answerOf(text);
  if (code) return new RequestError({ statusCode, code, message });
  const xml = new DOMParser().parseFromString(text, 'text/xml');
  return new RequestError({
    from: 'Store:',
    statusCode,
    code: textIn(xml, 'Code') || 'refused',
    message: textIn(xml, 'Message') || 'There was no explanation.',
  });
}

function answerOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The text of the first element of this name, whatever its namespace. */
export const textIn = (node, name) => node.getElementsByTagNameNS('*', name)[0]?.textContent ?? '';
