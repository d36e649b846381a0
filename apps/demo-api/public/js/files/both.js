import { button, element } from '../dom.js';

/** What a request is answered, as text that can be compared. */
async function asked(session, path) {
  try {
    await session.call('GET', path);
    return '200';
  } catch ({ statusCode, code, message }) {
    return `${statusCode} ${code} ${message}`;
  }
}

/** Asks for the same path as the other organisation, and for one where nothing is: the two answers side by side. */
export function askBoth({ other }, place, fileName) {
  const result = element('div', { className: 'both', role: 'status' });
  const { orgId } = other.session.person;
  const ask = async () => {
    const absent = place.many ? place.file(`x${fileName}`) : undefined;
    const paths = [place.file(fileName), absent].filter(Boolean);
    const answers = await Promise.all(paths.map((path) => asked(other.session, `${path}/url`)));
    const isSame = new Set(answers).size === 1;
    const columns = answers.map((answer, at) =>
      element(
        'div',
        {},
        element('p', { className: 'about', t: at === 0 ? 'both.this' : 'both.absent' }),
        element('code', {}, answer),
      ),
    );
    result.replaceChildren(
      ...columns,
      ...(answers.length > 1
        ? [element('p', { className: isSame ? 'good' : 'error', t: isSame ? 'both.same' : 'both.differ' })]
        : []),
    );
  };
  return element(
    'section',
    { className: 'ask' },
    button('both.ask', () => void ask(), { gaps: { org: orgId } }),
    result,
  );
}
