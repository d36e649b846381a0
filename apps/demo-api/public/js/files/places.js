import { t } from '../i18n.js';

const segment = encodeURIComponent;
const audiences = ['patient', 'specialist', 'admin'];

/**
 * The kinds of place. `path` is below `/api`; `many` places hold files by name, the others one file, or one in each of their
 * `slots`; what `accepts` says is for the file chooser, as the API decides. A place without `accepts` cannot be written over HTTP.
 */
const kinds = {
  form: {
    path: ({ formId, customFieldId }) => `/forms/${segment(formId)}/fields/${segment(customFieldId)}`,
    many: true,
    accepts: '',
  },
  signature: { path: ({ specialistId }) => `/specialists/${segment(specialistId)}/signature`, accepts: 'image/png' },
  // One for each audience, side by side.
  document: {
    path: ({ documentId }) => `/documents/${segment(documentId)}`,
    slots: audiences,
    accepts: 'application/pdf',
  },
  logo: { path: () => '/templates/logo', accepts: 'image/png' },
  audit: { path: ({ year, month }) => `/audit-archive/${segment(year)}/${segment(month)}` },
};

/** The place that the form names. */
export function placeOf(form) {
  const ids = Object.fromEntries(new FormData(form));
  ids.month = String(ids.month ?? '').padStart(2, '0');
  return placeAt(ids);
}

/** The same from its ids alone, as they are kept for an upload that was interrupted. */
export function placeAt(ids, slot) {
  const { path, many = false, slots, accepts } = kinds[ids.kind];
  const base = slot ? `${path(ids)}/${slot}` : path(ids);
  return {
    ids,
    slot,
    kind: ids.kind,
    key: `${ids.kind} ${base}`,
    title: () =>
      t(slot ? `title.${ids.kind}.for` : `title.${ids.kind}`, { ...ids, audience: slot && t(`role.${slot}`) }),
    hint: () => t(`hint.${ids.kind}`),
    many,
    accepts,
    isWritable: accepts !== undefined,
    slots: slot ? undefined : slots?.map((each) => placeAt(ids, each)),
    list: `${base}/files`,
    begin: `${base}/uploads`,
    trash: `${base}/trash`,
    /** Where one file is: its name counts where there are many. */
    file: (name) => (many ? `${base}/files/${segment(name)}` : base),
  };
}

/** What browsers do not know, or know under a name of their own. */
const types = {
  heic: 'image/heic',
  heif: 'image/heif',
  avif: 'image/avif',
  m4v: 'video/x-m4v',
  '3gp': 'video/3gpp',
  flac: 'audio/flac',
  opus: 'audio/ogg',
  weba: 'audio/webm',
  csv: 'text/csv',
};

export const declaredType = ({ name, type }) => type || types[name.split('.').pop().toLowerCase()] || '';
