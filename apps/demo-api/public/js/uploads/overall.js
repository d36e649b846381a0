import { clockText, sizeText } from '../dom.js';
import { say, t } from '../i18n.js';
import { Speed } from './speed.js';

const isUnderWay = ({ state }) => state === 'running' || state === 'waiting' || state === 'paused';

/** One line over all uploads of a place: how many, how much, how fast, how long still. */
export class Overall {
  #line;
  #speed = new Speed();

  constructor(line) {
    this.#line = line;
  }

  show(uploads) {
    const counted = uploads.filter((upload) => isUnderWay(upload) || upload.state === 'done');
    const isShown = counted.length > 1 && counted.some(isUnderWay);
    this.#line.hidden = !isShown;
    if (!isShown) return this.#speed.forget();
    const sum = (of) => counted.reduce((total, upload) => total + of(upload), 0);
    const [sent, size] = [sum((upload) => upload.sent), sum(({ file }) => file.size)];
    const perSecond = this.#speed.of(sent);
    const done = counted.filter(({ state }) => state === 'done').length;
    const gaps = { done, count: counted.length, sent: sizeText(sent), size: sizeText(size) };
    const rest = perSecond > 0 && clockText((1000 * (size - sent)) / perSecond);
    say(this.#line, 'up.overall', gaps);
    if (rest) this.#line.append(` ${t('up.speed', { speed: sizeText(perSecond), rest })}`);
  }
}
