import { element, sizeText } from '../dom.js';
import { sayArrived } from '../i18n.js';

/** What was sent, step by step, and what each side saw of it. */
export function reportNodes(report, must) {
  const { sent, answers, owner, absent, broken } = report;
  const steps = sent.map((step, at) =>
    element(
      'li',
      {},
      element('p', { className: 'about', t: `as.${step.as}`, gaps: { to: step.to === 'api' ? 'API' : 'Store' } }),
      element('code', {}, `${step.method} ${step.url}`.trim()),
      ...step.headers.map((header) => element('code', {}, header)),
      ...(step.bytes > 0
        ? [element('p', { className: 'about', t: 'sent.bytes', gaps: { size: sizeText(step.bytes) } })]
        : []),
      ...(step.later ? [element('p', { className: 'about', t: 'sent.later', gaps: { seconds: step.later } })] : []),
      ...(at < sent.length - 1 ? [element('p', { className: 'about', t: 'sent.done', gaps: answers[at] })] : []),
    ),
  );
  const last = answers.at(-1);
  return [
    ...broken.map((text) => element('p', { className: 'error', lang: 'en' }, text)),
    element('h4', { t: 'sent.title' }),
    element('ol', { className: 'steps' }, ...steps),
    element('h4', { t: 'eyes.title' }),
    element(
      'div',
      { className: 'eyes' },
      eye(`eyes.${sent.at(-1).as}`, [last.status, last.code].filter(Boolean).join(' '), last.message),
      ...(absent
        ? [
            eye(
              'eyes.absent',
              [absent.status, absent.code].filter(Boolean).join(' '),
              undefined,
              absent.isSame ? 'eyes.same' : 'eyes.differs',
            ),
          ]
        : []),
      ...(owner
        ? [
            eye('eyes.owner', `${owner.status}`, undefined, owner.isSame ? 'eyes.unchanged' : 'eyes.changed', {
              bytes: sizeText(owner.bytes),
            }),
          ]
        : []),
    ),
    ...(must.note ? [sayArrived(element('p', { className: 'about' }), must.note)] : []),
  ];
}

const eye = (title, answer, message, key, gaps) =>
  element(
    'div',
    {},
    element('p', { className: 'about', t: title }),
    element('code', {}, answer),
    ...(message ? [element('p', { lang: 'en' }, message)] : []),
    ...(key ? [element('p', { t: key, gaps })] : []),
  );
