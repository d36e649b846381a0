import { StorageError } from '../storage.error.js';

/** One kind of file that the module can hold. */
export interface AcceptedType {
  /** The one type that is stored and served, whatever name the client used for it. */
  readonly mime: string;
  readonly category: 'image' | 'document' | 'video' | 'audio';
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Other types that browsers and phones declare for these extensions. */
  readonly aliases: readonly string[];
  /** Whether a browser may show it in place. Never for a kind that can run script. */
  readonly inline: boolean;
}

const kind =
  (category: AcceptedType['category'], inline: boolean) =>
  (mime: string, extensions: string, ...aliases: string[]): AcceptedType => ({
    mime,
    category,
    extensions: extensions.split(' '),
    aliases,
    inline,
  });

const image = kind('image', true);
const video = kind('video', true);
const audio = kind('audio', true);
const shown = kind('document', true);
const download = kind('document', false);
const ooxml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

/**
 * Every kind that is accepted unless an application says otherwise. What can run script or hide anything (SVG, HTML, XML,
 * archives, programs) is not here and must not be added. Of two kinds with one extension the first has it.
 */
export const acceptedTypes: readonly AcceptedType[] = [
  image('image/jpeg', 'jpg jpeg jfif jpe', 'image/jpg', 'image/pjpeg'),
  image('image/png', 'png', 'image/x-png'),
  image('image/gif', 'gif'),
  image('image/webp', 'webp'),
  image('image/avif', 'avif'),
  image('image/heic', 'heic', 'image/heif', 'image/heic-sequence'),
  image('image/heif', 'heif', 'image/heic', 'image/heif-sequence'),
  video('video/mp4', 'mp4'),
  video('video/x-m4v', 'm4v', 'video/mp4', 'video/m4v'),
  video('video/quicktime', 'mov qt'),
  video('video/webm', 'webm'),
  video('video/3gpp', '3gp', 'video/3gp', 'audio/3gpp'),
  audio('audio/mpeg', 'mp3', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3', 'audio/x-mpeg'),
  audio(
    'audio/mp4',
    'm4a mp4',
    'audio/x-m4a',
    'audio/m4a',
    'video/mp4',
    'audio/mpeg',
    'audio/aac',
    'audio/x-aac',
    'audio/aacp',
  ),
  audio('audio/wav', 'wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave', 'audio/x-pn-wav'),
  audio('audio/ogg', 'ogg opus oga', 'audio/opus', 'audio/x-opus', 'audio/vorbis', 'application/ogg'),
  audio('audio/aac', 'aac', 'audio/x-aac', 'audio/aacp', 'audio/x-hx-aac-adts', 'audio/vnd.dlna.adts'),
  audio('audio/webm', 'weba webm'),
  audio('audio/flac', 'flac', 'audio/x-flac'),
  // Voice notes of old phones. No browser plays them.
  kind('audio', false)('audio/amr', 'amr', 'audio/amr-wb', 'audio/x-amr'),
  shown('application/pdf', 'pdf', 'application/x-pdf'),
  download(`${ooxml}.wordprocessingml.document`, 'docx'),
  download(`${ooxml}.spreadsheetml.sheet`, 'xlsx'),
  download(`${ooxml}.presentationml.presentation`, 'pptx'),
  download(`${openDocument}.text`, 'odt'),
  download(`${openDocument}.spreadsheet`, 'ods'),
  download(`${openDocument}.presentation`, 'odp'),
  download('application/msword', 'doc'),
  download('application/vnd.ms-excel', 'xls', 'application/msexcel', 'application/x-msexcel'),
  download('application/vnd.ms-powerpoint', 'ppt', 'application/mspowerpoint'),
  download('text/plain', 'txt'),
  // A browser on Windows declares what the registry says, and Excel registers itself for CSV.
  download(
    'text/csv',
    'csv',
    'application/csv',
    'text/x-csv',
    'text/comma-separated-values',
    'text/tab-separated-values',
    'text/plain',
    'application/vnd.ms-excel',
  ),
];

const scanned = kind('image', false);
const filmed = kind('video', false);

/**
 * Kinds that some clinics have and most do not: accepted where the option `accept` names them, and only ever a download.
 * EML and ZIP are not here: a mail is HTML with anything attached, an archive hides anything.
 */
const optionalTypes = {
  images: {
    tiff: scanned('image/tiff', 'tif tiff', 'image/x-tiff'),
    bmp: scanned('image/bmp', 'bmp dib', 'image/x-bmp', 'image/x-ms-bmp'),
  },
  documents: {
    dicom: download('application/dicom', 'dcm dicom', 'image/dicom', 'image/x-dicom'),
    rtf: download('application/rtf', 'rtf', 'text/rtf', 'text/richtext', 'application/msword'),
  },
  videos: {
    avi: filmed('video/x-msvideo', 'avi', 'video/avi', 'video/msvideo', 'video/vnd.avi'),
    mpeg: filmed('video/mpeg', 'mpg mpeg', 'video/mpg', 'video/x-mpeg'),
  },
} as const;

/** Kinds to accept beside those that are always accepted: `{ documents: ['dicom'] }`. */
export type AcceptOption = {
  [Group in keyof typeof optionalTypes]?: readonly (keyof (typeof optionalTypes)[Group])[];
};

/** What the module writes itself. Nobody sends it, so no kind that takes what people send accepts it. */
export const gzipLines: AcceptedType = download('application/gzip', 'gz');

const optional: readonly AcceptedType[] = Object.values(optionalTypes).flatMap((group) => Object.values(group));
const everyType = [...acceptedTypes, ...optional, gzipLines];
const byMime = new Map(everyType.map((type) => [type.mime, type]));
const firstByExtension = new Map(
  everyType.toReversed().flatMap((type) => type.extensions.map((extension) => [extension, type] as const)),
);

/** What an application accepts that gave this option. */
export function acceptedWith(accept: AcceptOption): readonly AcceptedType[] {
  const groups = Object.entries(optionalTypes) as [keyof AcceptOption, Record<string, AcceptedType>][];
  const named = groups.flatMap(([group, types]) => (accept[group] ?? []).map((name) => types[name]));
  return [...acceptedTypes, ...named.filter((type) => type !== undefined)];
}

/** What is wrong with the option, each mistake with its fix. */
export function* mistakesInAccept(accept: unknown): Generator<string> {
  if (accept === undefined) return;
  if (typeof accept !== 'object' || accept === null) {
    yield "accept must name kinds, as in { documents: ['dicom'] }.";
    return;
  }
  const groups: Record<string, object> = optionalTypes;
  for (const [group, names] of Object.entries(accept)) {
    const types = Object.hasOwn(groups, group) ? groups[group] : undefined;
    if (!types) yield `accept.${group} is no group of kinds: there are ${Object.keys(groups).join(', ')}.`;
    else if (!Array.isArray(names) || !names.every((name) => Object.hasOwn(types, name as string)))
      yield `accept.${group} must be a list of: ${Object.keys(types).join(', ')}.`;
  }
}

/** The kind with this canonical type, parameters apart, if it is one. */
export const knownType = (mime: string): AcceptedType | undefined => byMime.get(mime.split(';', 1).join(''));

/**
 * The kind with this canonical type.
 *
 * @throws {StorageError} `type_not_accepted`
 */
export function acceptedType(mime: string): AcceptedType {
  const type = byMime.get(mime);
  if (type) return type;
  throw new StorageError('type_not_accepted', 'This kind of file is not accepted.');
}

/** The kind that a file name (or a bare extension) speaks of, where nothing else is known, as in a list of files. */
export function typeByExtension(fileName: string): AcceptedType | undefined {
  return firstByExtension.get(fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase());
}
