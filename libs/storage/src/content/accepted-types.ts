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

/**
 * Every kind that is accepted anywhere. What can run script or hide anything (SVG, HTML, XML, archives, programs) is not
 * here and must not be added.
 */
export const acceptedTypes: readonly AcceptedType[] = [
  image('image/jpeg', 'jpg jpeg', 'image/jpg', 'image/pjpeg'),
  image('image/png', 'png', 'image/x-png'),
  image('image/gif', 'gif'),
  image('image/webp', 'webp'),
  image('image/avif', 'avif'),
  image('image/heic', 'heic', 'image/heif', 'image/heic-sequence'),
  image('image/heif', 'heif', 'image/heic', 'image/heif-sequence'),
  video('video/mp4', 'mp4'),
  video('video/x-m4v', 'm4v', 'video/mp4', 'video/m4v'),
  video('video/quicktime', 'mov'),
  video('video/webm', 'webm'),
  video('video/3gpp', '3gp', 'video/3gp', 'audio/3gpp'),
  audio('audio/mpeg', 'mp3', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3', 'audio/x-mpeg'),
  audio('audio/mp4', 'm4a', 'audio/x-m4a', 'audio/m4a', 'video/mp4'),
  audio('audio/wav', 'wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave', 'audio/x-pn-wav'),
  audio('audio/ogg', 'ogg opus', 'audio/opus', 'audio/x-opus', 'audio/vorbis', 'application/ogg'),
  audio('audio/aac', 'aac', 'audio/x-aac', 'audio/aacp', 'audio/x-hx-aac-adts', 'audio/vnd.dlna.adts'),
  audio('audio/webm', 'weba webm'),
  audio('audio/flac', 'flac', 'audio/x-flac'),
  shown('application/pdf', 'pdf', 'application/x-pdf'),
  download(`${ooxml}.wordprocessingml.document`, 'docx'),
  download(`${ooxml}.spreadsheetml.sheet`, 'xlsx'),
  download(`${ooxml}.presentationml.presentation`, 'pptx'),
  download('application/vnd.oasis.opendocument.text', 'odt'),
  download('application/vnd.oasis.opendocument.spreadsheet', 'ods'),
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
    'text/plain',
    'application/vnd.ms-excel',
  ),
];

const byMime = new Map(acceptedTypes.map((type) => [type.mime, type]));
/** Where kinds share an extension, the first one has it. */
const firstByExtension = new Map(
  acceptedTypes.toReversed().flatMap((type) => type.extensions.map((extension) => [extension, type] as const)),
);

/** The kind with this canonical type, if it is one. */
export const knownType = (mime: string): AcceptedType | undefined => byMime.get(mime);

/**
 * The kind with this canonical type.
 *
 * @throws {StorageError} `type_not_accepted`
 */
export function acceptedType(mime: string): AcceptedType {
  const type = knownType(mime);
  if (type) return type;
  throw new StorageError('type_not_accepted', 'This kind of file is not accepted.');
}

/**
 * The kind that a client declares: type and extension must agree on one of those accepted. The type is compared without
 * parameters and case. A client that has none to declare (browsers know no type for HEIC) can be helped with
 * {@link typeByExtension}; `application/octet-stream` says nothing and is refused.
 *
 * @throws {StorageError} `type_not_accepted`
 */
export function acceptDeclared(
  { extension, contentType }: { extension: string; contentType: string | undefined },
  accepted: readonly AcceptedType[] = acceptedTypes,
): AcceptedType {
  const declared = String(contentType ?? '')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
  const byExtension = accepted.filter(({ extensions }) => extensions.includes(extension.toLowerCase()));
  const type =
    byExtension.find(({ mime }) => mime === declared) ?? byExtension.find(({ aliases }) => aliases.includes(declared));
  if (type) return type;
  const names = [...new Set(accepted.flatMap(({ extensions }) => extensions))].join(', ');
  const why =
    byExtension.length > 0 ? 'The content type does not fit the file name.' : 'This kind of file is not accepted here.';
  throw new StorageError('type_not_accepted', `${why} Accepted: ${names}.`);
}

/** The kind that a file name (or a bare extension) speaks of, where nothing else is known, as in a list of files. */
export function typeByExtension(fileName: string): AcceptedType | undefined {
  return firstByExtension.get(fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase());
}
