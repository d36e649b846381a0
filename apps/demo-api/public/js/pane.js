import { errorNodes } from './dom.js';
import { FileList } from './file-list.js';
import { requestLog } from './request-log.js';
import { Session } from './session.js';
import { singleFile } from './single-file.js';
import { uploadForm } from './upload-form.js';
import { refusalNote } from './viewer.js';

/** Who the demo's hints speak of; the specialist is the one whose signature the page proposes. */
const usualUser = { patient: 'pat', specialist: '5', admin: 'ada' };

/** One person of one organisation, and what they see at the place. */
export class Pane {
  root;
  #log;
  /** Absent while nobody is signed in. */
  #session;
  /** The latest to be asked for. */
  #asked;
  #place;
  #list;
  #uploads;
  #turn = 0;
  #onChanged;

  /** `onChanged` is called when something was stored or deleted here. */
  constructor({ orgId, role }, onChanged) {
    this.#onChanged = onChanged;
    this.root = document.querySelector('#pane').content.cloneNode(true).firstElementChild;
    this.#log = requestLog(this.#find('.log'));
    this.#list = new FileList(this.#find('.pager'), () => this.show());
    this.#uploads = uploadForm({
      form: this.#find('.upload'),
      rows: this.#find('.uploads'),
      onStored: () => this.#onChanged(),
    });
    const person = this.#find('.person');
    const { elements } = person;
    Object.assign(elements.orgId, { value: orgId });
    Object.assign(elements.role, { value: role });
    Object.assign(elements.userId, { value: usualUser[role] });
    elements.role.addEventListener('change', () => {
      if (Object.values(usualUser).includes(elements.userId.value))
        elements.userId.value = usualUser[elements.role.value];
    });
    person.addEventListener('change', () => void this.signIn());
    person.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.signIn();
    });
    this.#find('[data-refresh]').addEventListener('click', () => this.show());
  }

  /** Takes the person from the form. */
  async signIn() {
    const person = Object.fromEntries(new FormData(this.#find('.person')));
    this.#find('h2').textContent = `Organisation ${person.orgId}`;
    this.root.setAttribute('aria-label', `Organisation ${person.orgId}`);
    const session = new Session(this.#log);
    this.#asked = session;
    this.#session = undefined;
    this.#list.rewind();
    await this.#run(async () => {
      await session.signIn(person);
      if (session !== this.#asked) return;
      this.#session = session;
      this.#say(`Signed in as ${person.userId}, ${person.role} of organisation ${person.orgId}.`);
    });
    await this.show();
  }

  async go(place) {
    this.#place = place;
    this.#list.rewind();
    this.#find('.files h3').textContent = place.title;
    await this.show();
  }

  /** Asks for what is at the place and shows it. An answer that comes after a later question is dropped. */
  async show() {
    const place = this.#place;
    const turn = (this.#turn += 1);
    const session = this.#session;
    const isIn = session !== undefined;
    const source = place.many ? this.#list : singleFile;
    const files = this.#find('.files');
    this.#find('.upload').hidden = !isIn || !place.isWritable;
    files.hidden = !isIn;
    if (!isIn) return;
    this.#uploads.aim(place, session);
    if (!place.many) this.#find('.pager').hidden = true;
    files.ariaBusy = 'true';
    const context = {
      session,
      place,
      run: (act) => this.#run(act),
      onDeleted: (text) => {
        this.#say(text);
        this.#onChanged();
      },
    };
    const answer = await source.load(session, place).catch((error) => ({ error }));
    if (turn !== this.#turn) return;
    const { error } = answer;
    const content = this.#find('.content');
    const hadFocus = content.contains(document.activeElement);
    content.replaceChildren(error ? refusalNote(error) : source.render(answer, context));
    if (hadFocus) this.#find('.files h3').focus();
    files.ariaBusy = 'false';
  }

  /** Carries something out; says why if it fails. */
  async #run(act) {
    this.#say('');
    try {
      await act();
    } catch (error) {
      this.#say(...errorNodes(error));
      this.#find('.status').classList.add('error');
    }
  }

  #say(...nodes) {
    const status = this.#find('.status');
    status.classList.remove('error');
    status.replaceChildren(...nodes);
  }

  #find(selector) {
    return this.root.querySelector(selector);
  }
}
