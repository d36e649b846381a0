import { button, element, toast } from '../dom.js';
import { errorNodes } from '../dom.js';
import { say } from '../i18n.js';
import { Session } from '../http/session.js';
import { AttackCard } from './attack-card.js';
import { browserAttacks } from './in-browser.js';

/** From without to within. */
const refusers = [
  ...['browser', 'router', 'sign-in', 'validation', 'keys', 'upload', 'content', 'files', 'nobody'],
  ...['client', 'bucket policy', 'store', 'database'],
];

/** The view of all attacks: each one a card, grouped by what is attacked. */
export class Attacks {
  #root;
  #session = new Session(() => {});
  #cards = [];
  #isRunning = false;
  #stop;
  #shown;

  constructor(root) {
    this.#root = root;
    this.#stop = button('attacks.stop', () => (this.#isRunning = false), { hidden: true });
  }

  /** Asks for the list when it is first looked at. */
  show() {
    this.#shown ??= this.#load().catch((error) => {
      this.#shown = undefined;
      toast(errorNodes(error), true);
    });
    return this.#shown;
  }

  async #load() {
    const { items: sent } = await this.#session.call('GET', '/demo/attacks');
    const items = [...sent, ...browserAttacks];
    this.#cards = items.map((attack) => new AttackCard(attack, (card) => this.#run([card])));
    const areas = [...new Set(items.map(({ area }) => area))];
    const list = this.#root.querySelector('.attack-areas');
    list.replaceChildren(...areas.map((area) => this.#area(area)));
    const bar = this.#root.querySelector('.attack-bar');
    bar.replaceChildren(
      button('attacks.all', () => this.#run(this.#cards), { className: 'primary', gaps: { count: items.length } }),
      this.#stop,
      element('p', { className: 'score', role: 'status' }),
      element('ul', { className: 'refusers', label: 'refusers' }),
    );
    this.#score();
  }

  #area(area) {
    const cards = this.#cards.filter(({ attack }) => attack.area === area);
    const heading = element('h2', { t: `area.${area}` });
    const all = button('attacks.area', () => this.#run(cards), { className: 'bare', gaps: { count: cards.length } });
    return element(
      'section',
      { className: 'attack-area' },
      element('header', {}, heading, all),
      element('p', { className: 'about', t: `area.${area}.about` }),
      element('ul', { className: 'attacks' }, ...cards.map(({ root }) => root)),
    );
  }

  /** One after the other; a click on another one meanwhile does nothing. */
  async #run(cards) {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#stop.hidden = cards.length === 1;
    for (const card of cards) {
      if (!this.#isRunning) break;
      if (!card.attack.canRun) continue;
      await card.run(this.#asker(card));
      this.#score();
    }
    this.#isRunning = false;
    this.#stop.hidden = true;
    if (cards.length === 1) cards[0].open();
  }

  /** Most are sent by the demo; what a browser refuses is tried here. */
  #asker = ({ attack }) => attack.run ?? ((name) => this.#session.call('POST', '/demo/attacks', { json: { name } }));

  /** Who refused how many of those that were run. */
  #refusers() {
    const held = this.#cards.filter(({ state }) => state === 'held').map(({ attack }) => attack.must.refusedBy);
    const names = refusers.filter((name) => held.includes(name));
    const items = names.map((name) => {
      const count = held.filter((each) => each === name).length;
      return element('li', {}, element('b', {}, `${count}`), ' ', element('span', { t: `who.${name}` }));
    });
    this.#root.querySelector('.refusers').replaceChildren(...items);
  }

  #score() {
    this.#refusers();
    const states = this.#cards.map(({ state }) => state);
    const count = (wanted) => states.filter((state) => state === wanted).length;
    const [held, broken] = [count('held'), count('broken')];
    const score = this.#root.querySelector('.score');
    const gaps = { held, broken, count: states.length };
    say(score, held + broken === 0 ? 'score.none' : broken > 0 ? 'score.broken' : 'score.held', gaps);
    score.dataset.state = broken > 0 ? 'broken' : held > 0 ? 'held' : '';
    this.#root.style.setProperty('--run', ((held + broken) / Math.max(1, states.length)).toFixed(4));
  }
}
