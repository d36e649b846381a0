/** Uploads take turns: three at once, so that each has its ticket when it can use it. */
export class Queue {
  #atOnce;
  #waiting = [];
  #running = new Set();
  #seen = new Set();

  constructor(atOnce = 3) {
    this.#atOnce = atOnce;
    window.addEventListener('online', () => {
      for (const upload of this.#seen) if (upload.state === 'failed' && upload.canResume) this.add(upload);
    });
  }

  /** Something is on its way, or waits for its turn. */
  get isBusy() {
    return [...this.#seen].some(({ state }) => state === 'running' || state === 'waiting');
  }

  add(upload) {
    upload.wait();
    this.#seen.add(upload);
    this.#waiting.push(upload);
    this.#next();
  }

  #next() {
    while (this.#running.size < this.#atOnce && this.#waiting.length > 0) {
      const upload = this.#waiting.shift();
      if (upload.state === 'waiting') void this.#run(upload);
    }
  }

  async #run(upload) {
    this.#running.add(upload);
    await upload.run();
    this.#running.delete(upload);
    this.#next();
  }
}
