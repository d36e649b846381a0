import { button, element } from './dom.js';
import { viewBytes, viewSigned } from './viewer.js';

/** What can be done with a stored file. `run` carries each out and shows how it failed, if it did. */
export function fileActions({ session, place, run, onDeleted }, name, { contentType = '' } = {}) {
  const path = place.file(name);
  const label = place.many ? name : place.title;
  const canDelete = place.isWritable;

  const view = async () => viewSigned(label, contentType, await session.call('GET', `${path}/url`));
  const download = async () => {
    const { url } = await session.call('GET', `${path}/url?disposition=attachment`);
    element('a', { href: url, download: '' }).click();
  };
  const read = async () => viewBytes(label, await session.read(`${path}/content`));
  const remove = async () => {
    if (!confirm(`Delete ${label}?`)) return;
    await session.call('DELETE', path);
    onDeleted(`${label} is deleted.`);
  };

  const of = (verb, act, properties) =>
    button(verb, () => run(act), { 'aria-label': `${verb}: ${label}`, ...properties });
  return element(
    'p',
    { className: 'actions' },
    of('View', view),
    of('Download', download),
    of('Via API', read),
    ...(canDelete ? [of('Delete', remove, { className: 'danger' })] : []),
  );
}
