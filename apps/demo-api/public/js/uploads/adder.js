import { element, toast } from '../dom.js';
import { say } from '../i18n.js';
import { Session } from '../http/session.js';
import { declaredType, placeAt } from '../files/places.js';
import { interruptedOf, keep } from './interrupted.js';
import { Overall } from './overall.js';
import { Queue } from './queue.js';
import { uploadRow } from './row.js';
import { Upload } from './upload.js';

/** What sends files to a place, and the rows of those it sent. */
export class Adder {
  queue = new Queue();
  #form;
  #rows;
  #log;
  #onStored;
  #place;
  #session;
  /** Each upload with its row. */
  #uploads = new Map();
  #overall;

  /** `onStored` is called after each file that got there. */
  constructor({ form, rows, overall, log, onStored }) {
    this.#overall = new Overall(overall);
    this.#form = form;
    this.#rows = rows;
    this.#log = log;
    this.#onStored = onStored;
    const { files } = form.elements;
    form.querySelector('[data-direct]').hidden = !globalThis.crypto?.subtle;
    form.addEventListener('submit', (event) => event.preventDefault());
    files.addEventListener('change', () => {
      this.add([...files.files]);
      files.value = '';
    });
  }

  /** Where files go, and as whom. Rows of others are out of sight, and go on. */
  aim(place, session) {
    this.#place = place;
    this.#session = session;
    const { files } = this.#form.elements;
    files.accept = place.accepts ?? '';
    files.multiple = place.many;
    say(this.#form.querySelector('.file-button span'), place.many ? 'add' : 'choose');
    say(this.#form.querySelector('.hint'), `hint.${place.kind}`);
    for (const part of this.#form.querySelectorAll('[data-many]')) part.hidden = !place.many;
    for (const [upload, row] of this.#uploads) row.hidden = !this.#isHere(upload);
    this.#sum();
  }

  #sum() {
    this.#overall.show([...this.#uploads.keys()].filter((upload) => this.#isHere(upload)));
  }

  /** Files that somebody chose or dropped. */
  add(files, place = this.#place) {
    if (files.length === 0) return;
    if (files.length > 1 && !place.many) return toast([element('span', { t: 'one.only' })], true);
    if (place.slots) return toast([element('span', { t: 'slot.which' })], true);
    this.#tidy();
    for (const file of files) this.#addOne(file, place, files.length === 1);
  }

  /** What is stored stands in the gallery. */
  #tidy() {
    for (const [upload, row] of this.#uploads) {
      if (upload.state !== 'done') continue;
      row.remove();
      this.#uploads.delete(upload);
    }
  }

  #addOne(file, place, isOne) {
    const begun = [...this.#uploads.keys()].find((upload) => upload.state === 'interrupted' && upload.isOf(file));
    if (begun) return this.#goOn(begun, file);
    const { way, fileName, contentType, replace, sha256 } = this.#form.elements;
    const declared = {
      way: way.value,
      fileName: (isOne && fileName.value) || file.name,
      contentType: (isOne && contentType.value) || declaredType(file),
      replace: replace.checked,
      sha256: sha256.checked,
    };
    const upload = this.#show(this.#session, place, file, declared);
    this.queue.add(upload);
  }

  #goOn(upload, file) {
    if (!upload.isOf(file)) return toast([element('span', { t: 'again.other' })], true);
    upload.take(file);
    this.queue.add(upload);
  }

  #show(session, place, file, declared) {
    const upload = new Upload(session, place, file, declared, (changed) => {
      show(changed);
      keep(changed);
      this.#sum();
      if (changed.state === 'done') this.#onStored(changed.stored, place);
    });
    const about = element('p', { className: 'about', t: `way.${upload.way}` });
    const onFile = (chosen) => this.#goOn(upload, chosen);
    const { row, show } = uploadRow(place.many ? declared.fileName : file.name, about, { queue: this.queue, onFile });
    this.#uploads.set(upload, row);
    row.hidden = !this.#isHere(upload);
    this.#rows.prepend(row);
    upload.shown = show;
    return upload;
  }

  /** What was under way when the page was left: it goes on once its file is chosen again. */
  async takeUp(orgId) {
    for (const { ticket, file, declared, ids, slot, person } of interruptedOf(orgId)) {
      const session = new Session(this.#log);
      await session.signIn(person);
      const upload = this.#show(session, placeAt(ids, slot), file, declared);
      upload.interrupt(ticket);
      upload.keptAs = ticket.token;
      upload.shown(upload);
    }
  }

  #isHere({ place, session }) {
    if (!this.#place || !this.#session) return false;
    const [mine, theirs] = [this.#session, session].map(({ person }) => `${person.orgId}/${person.userId}`);
    return mine === theirs && (place.key === this.#place.key || place.key.startsWith(`${this.#place.key}/`));
  }
}
