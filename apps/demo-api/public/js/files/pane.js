import { element, errorNodes, toast } from '../dom.js';
import { requestLog } from '../http/request-log.js';
import { Session } from '../http/session.js';
import { say, t, translate } from '../i18n.js';
import { Adder } from '../uploads/adder.js';
import { dropTarget } from './drop.js';
import { Pages } from './pages.js';
import { Person } from './person.js';
import { signatureForm } from './signature.js';
import { slots } from './slots.js';
import { Trash } from './trash.js';

/** One person of one organisation, and what they see at the place. */
export class Pane {
  root;
  #log;
  /** Absent while nobody is signed in. */
  #session;
  /** The latest to be asked for. */
  #asked;
  #person;
  #place;
  #pages;
  #adder;
  #trash;
  #turn = 0;
  #onChanged;
  #other;

  /**
   * `admin` is who signs in at first; `onChanged` is called when something was stored or deleted here; `other` gives the
   * pane beside this one.
   */
  constructor({ orgId, admin, onChanged, other }) {
    this.#onChanged = onChanged;
    this.#other = other;
    this.root = document.querySelector('#pane').content.cloneNode(true).firstElementChild;
    translate(this.root);
    this.#log = requestLog(this.#find('.log'));
    this.#pages = new Pages(this.#find('.pager'), () => this.show());
    this.#adder = new Adder({
      form: this.#find('.adder'),
      rows: this.#find('.uploads'),
      overall: this.#find('.overall'),
      log: this.#log,
      onStored: (stored, place) => this.#onChanged({ orgId: this.orgId, stored, place }),
    });
    this.#person = new Person(this.#find('.person'), { orgId, admin }, () => void this.signIn());
    this.#find('.sign').append(signatureForm((file) => this.#adder.add([file])));
    this.#trash = new Trash(this.#find('.trash'));
    this.#find('[data-refresh]').addEventListener('click', () => this.show());
    dropTarget(
      this.root,
      () => this.#place.isWritable && this.#session,
      (files) => this.#adder.add(files),
    );
  }

  get orgId() {
    return this.#person.chosen.orgId;
  }

  get session() {
    return this.#session;
  }

  get isSending() {
    return this.#adder.queue.isBusy;
  }

  takeUpInterrupted() {
    return this.#adder.takeUp(this.orgId);
  }

  /** Takes the person from the form. */
  async signIn() {
    const person = this.#person.chosen;
    say(this.#find('h2'), 'org.n', { org: person.orgId });
    this.root.setAttribute('aria-label', t('org.n', { org: person.orgId }));
    const session = new Session(this.#log);
    this.#asked = session;
    this.#session = undefined;
    this.#pages.rewind();
    const signed = this.#find('.signed');
    try {
      await session.signIn(person);
      if (session !== this.#asked) return;
      this.#session = session;
      say(signed, 'signed', { user: person.userId, role: t(`role.${person.role}`), org: person.orgId });
      signed.classList.remove('error');
    } catch (error) {
      delete signed.dataset.t;
      signed.replaceChildren(...errorNodes(error));
      signed.classList.add('error');
    }
    await this.show();
  }

  async go(place) {
    // What was at the last place must not stand under the name of this one.
    if (place.key !== this.#place?.key) {
      this.#find('.content').replaceChildren(element('p', { className: 'empty', t: 'loading' }));
    }
    this.#place = place;
    this.#pages.rewind();
    await this.show();
  }

  /** Shows anew what holds dates and sizes, in another language. */
  retell() {
    this.#person.retell();
    void this.signIn();
  }

  /** Asks for what is at the place and shows it. An answer that comes after a later question is dropped. */
  async show() {
    const place = this.#place;
    const turn = (this.#turn += 1);
    const session = this.#session;
    const source = place.many ? this.#pages : slots;
    const files = this.#find('.files');
    this.#find('.adder').hidden = !session || !place.isWritable;
    this.#find('.add').hidden = place.slots !== undefined;
    this.#find('.sign').hidden = !session || place.kind !== 'signature';
    this.#find('.files h3').textContent = place.title();
    files.hidden = !session;
    if (!session) return;
    this.#adder.aim(place, session);
    if (!place.many) this.#find('.pager').hidden = true;
    this.#trash.show({ session, place, onRestored: () => this.#onChanged() });
    files.ariaBusy = 'true';
    const context = {
      session,
      place,
      other: this.#other(this),
      add: (chosen, at) => this.#adder.add(chosen, at),
      onDeleted: (name, slot) => {
        toast([element('span', { t: 'deleted', gaps: { name } })]);
        this.#onChanged({ orgId: this.orgId, place: slot });
      },
    };
    const answer = await source.load(session, place).catch((error) => ({ error }));
    if (turn !== this.#turn) return;
    const { error } = answer;
    const content = this.#find('.content');
    const hadFocus = content.contains(document.activeElement);
    content.replaceChildren(error ? refusal(error) : source.render(answer, context));
    if (hadFocus) this.#find('.files h3').focus();
    files.ariaBusy = 'false';
  }

  #find(selector) {
    return this.root.querySelector(selector);
  }
}

/** In place of files: why they cannot be had. */
const refusal = (error) =>
  element(
    'div',
    { className: 'slot refused' },
    element('p', {}, ...errorNodes(error)),
    ...(error.code === 'forbidden' ? [element('p', { t: 'forbidden.why' })] : []),
  );
