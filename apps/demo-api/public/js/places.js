const segment = encodeURIComponent;

/**
 * The kinds of place. `path` is below `/api`; `many` places hold files by name, the others one file; what `accepts` says is
 * for the file chooser, as the API decides. A place without `accepts` cannot be written over HTTP.
 */
const kinds = {
  form: {
    title: ({ formId, customFieldId }) => `Form ${formId}, field ${customFieldId}`,
    path: ({ formId, customFieldId }) => `/forms/${segment(formId)}/fields/${segment(customFieldId)}`,
    many: true,
    accepts: '',
    hint: 'Images, documents, videos and audios, up to 250 MiB each',
  },
  signature: {
    title: ({ specialistId }) => `Signature of specialist ${specialistId}`,
    path: ({ specialistId }) => `/specialists/${segment(specialistId)}/signature`,
    accepts: 'image/png',
    hint: 'One PNG. Specialists manage their own, admins everybody’s',
  },
  document: {
    title: ({ documentId, audience }) => `Document ${documentId}, written for the ${audience}`,
    path: ({ documentId, audience }) => `/documents/${segment(documentId)}/${segment(audience)}`,
    accepts: 'application/pdf',
    hint: 'One PDF. Only admins write documents',
  },
  logo: {
    title: () => 'Logo',
    path: () => '/templates/logo',
    accepts: 'image/png',
    hint: 'One PNG. Only admins change it',
  },
  audit: {
    title: ({ year, month }) => `Audit log of ${year}-${String(month).padStart(2, '0')}`,
    path: ({ year, month }) => `/audit-archive/${segment(year)}/${segment(month)}`,
  },
};

/** The place that the form names. */
export function placeOf(form) {
  const ids = Object.fromEntries(new FormData(form));
  const { title, path, many = false, accepts, hint = '' } = kinds[ids.kind];
  const base = path(ids);
  return {
    kind: ids.kind,
    title: title(ids),
    many,
    accepts,
    hint,
    isWritable: accepts !== undefined,
    list: `${base}/files`,
    begin: `${base}/uploads`,
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
