/**
 * Uploads in parts that a reload would lose: what goes on needs their ticket and which file it was. In the session's storage,
 * so that it ends with the tab, and the ticket is good for nobody but whoever began it.
 */
const storage = globalThis.sessionStorage;
const slot = 'interrupted uploads';

const read = () => JSON.parse(storage.getItem(slot) ?? '[]');

/** Keeps an upload as it stands, or forgets it once it is over. */
export function keep(upload) {
  const { file, resumable, declared, place, session } = upload;
  const { name, size, lastModified } = file;
  const token = resumable?.token ?? upload.keptAs;
  if (!token) return;
  upload.keptAs = token;
  const others = read().filter(({ ticket }) => ticket.token !== token);
  const own = resumable && {
    ticket: resumable,
    file: { name, size, lastModified },
    declared,
    ids: place.ids,
    slot: place.slot,
    person: session.person,
  };
  storage.setItem(slot, JSON.stringify(own ? [...others, own] : others));
}

/** Those of an organisation that were under way when the page was left. */
export const interruptedOf = (orgId) => read().filter(({ person }) => person.orgId === orgId);
