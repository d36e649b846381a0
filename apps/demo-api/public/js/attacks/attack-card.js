import { button, element, icon } from '../dom.js';
import { say, sayArrived } from '../i18n.js';
import { reportNodes } from './report.js';

const shield = 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z';
const marks = { held: [shield, 'M8.5 12l2.5 2.5 4.5-5'], broken: [shield, 'M9 9l6 6M15 9l-6 6'] };

/** One attack: what it tries, a button that runs it, and what came of it. */
export class AttackCard {
  root;
  state = '';
  #verdict = element('p', { className: 'verdict', role: 'status' });
  #details = element('details', { hidden: true }, element('summary', { t: 'attack.details' }));
  #run;

  constructor(attack, onRun) {
    this.attack = attack;
    // The list has its texts in English, for tests, reports and this page alike; the area says what is before the colon.
    const name = attack.name.replace(/^[^:]+: /, '');
    this.#run = button(attack.canRun ? 'attack.run' : 'attack.cannot', () => onRun(this), {
      disabled: !attack.canRun,
      'aria-describedby': idOf(attack),
    });
    this.root = element(
      'li',
      { className: 'attack' },
      sayArrived(element('h3', { id: idOf(attack) }), name, attack.name),
      element('p', { className: 'tries' }, '… ', sayArrived(element('span'), attack.tries)),
      element('p', { className: 'from' }, ...attack.from.map((from) => element('span', {}, from))),
      element('div', { className: 'row' }, this.#run, this.#verdict),
      this.#details,
    );
  }

  async run(ask) {
    this.root.dataset.state = 'running';
    this.#run.disabled = true;
    try {
      const report = await ask(this.attack.name);
      this.state = report.held ? 'held' : 'broken';
      this.#show(report);
    } catch (error) {
      this.state = '';
      this.#verdict.replaceChildren(
        element('span', { className: 'error' }, `${error.statusCode || ''} ${error.message}`),
      );
    }
    this.root.dataset.state = this.state;
    this.#run.disabled = false;
  }

  open() {
    this.#details.open = true;
  }

  #show(report) {
    const { must } = this.attack;
    const { status, code } = report.answers.at(-1);
    const words = say(element('span'), `verdict.${this.state}`);
    const by = element('span', { className: 'by', t: `by.${must.refusedBy}` });
    const answer = element('code', {}, [status, code].filter(Boolean).join(' '));
    this.#verdict.replaceChildren(icon(...marks[this.state]), words, ' · ', by, ' · ', answer);
    this.#details.hidden = false;
    this.#details.replaceChildren(this.#details.firstChild, ...reportNodes(report, must));
  }
}

const idOf = ({ name }) => `attack-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`;
