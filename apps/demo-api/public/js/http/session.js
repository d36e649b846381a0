import { send } from './send.js';

/** One person's way to the API. The token lives here and nowhere else. */
export class Session {
  person;
  #token = '';
  #onRequest;

  /** `onRequest` hears of every request, without the query of its URL: that of a signed one is a secret. */
  constructor(onRequest) {
    this.#onRequest = onRequest;
  }

  /** For one person, once: another has a session of their own, so that what this one began goes on in their name. */
  async signIn(person) {
    const { accessToken } = await this.call('POST', '/demo/tokens', { json: person });
    this.person = person;
    this.#token = accessToken;
  }

  /** The same person's, whose requests are told to be `about` something with a name. */
  about(about) {
    const session = new Session((request) => this.#onRequest({ ...request, about }));
    session.person = this.person;
    session.#token = this.#token;
    return session;
  }

  /** Calls the API: `json` or any other body, answered by JSON. */
  async call(method, path, { json, headers, body = json && JSON.stringify(json), ...options } = {}) {
    const answer = await this.#send(method, `/api${path}`, {
      ...options,
      body,
      headers: {
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    return options.type === 'blob' ? answer.body : answer.body && JSON.parse(answer.body);
  }

  /** The bytes of a file through the API. */
  read(path, options) {
    return this.call('GET', path, { ...options, type: 'blob' });
  }

  /** A signed request, to the store: no token goes there. */
  store(method, url, options) {
    return this.#send(method, url, options);
  }

  async #send(method, url, options) {
    const started = performance.now();
    const tell = (status) => {
      const { origin, pathname } = new URL(url, location.href);
      const to = origin === location.origin ? 'API' : 'Store';
      this.#onRequest({ method, to, path: pathname, status, ms: Math.round(performance.now() - started) });
    };
    try {
      const answer = await send(method, url, options);
      tell(answer.status);
      return answer;
    } catch (error) {
      tell(error.statusCode || (error.code === 'no_answer' ? 'no answer' : 'stopped'));
      throw error;
    }
  }
}
