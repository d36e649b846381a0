import { StorageError } from '../storage.error.js';
import { acceptedTypes, knownType, typeByExtension, type AcceptedType } from './accepted-types.js';

export interface Declared {
  /** Without the dot. */
  extension: string;
  /** A media type; parameters and case are ignored. */
  contentType: string | undefined;
}

/** A type, as RFC 9110 spells it. */
const wellFormed = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/;

/**
 * What must not come in under another name: pages and their parts, scripts, programs, archives, macros, mails. Whoever
 * declares one of these means it.
 */
const refusedTypes = [
  /^(?:text|message|multipart|model|font)\//,
  /[/+.-](?:x?html|xml|svg|json|xsl|xslt|xul|hta|mhtml|eml|pkcs\d+(?:-\w+)?)(?:[+.-]|$)/,
  /(?:java|ecma|j|vb|live|post)script|typescript|wasm|shockwave|flash/,
  /[/.-](?:sh|csh|shar|php|httpd|perl|python|ruby|java|jar|bat|cmd|csh|msi|exe|dll|so|apk|deb|rpm|dmg|iso|chm|hlp)(?:[.-]|$)/,
  /msdos|msdownload|dosexec|executable|sharedlib|object|binary-program|mach-o|ms-installer|ms-shortcut|package|diskimage/,
  /zip|7z|(?:^|[/.-])rar|(?:^|[/.-])tar|compress|archive|(?:^|[/.-])xz|zstd|lzma|stuffit|cab$/,
  /macro/,
];

function bare(contentType: string | undefined): string {
  return String(contentType ?? '')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
}

/**
 * Whether a declared type says nothing: none was given, or it is a name that a system made up (`image/x-citrix-jpeg`,
 * `application/wps-office.docx`, `image/*`). The extension then speaks, and the bytes decide. A type that is ours, or that
 * is of a refused kind, says what it says.
 */
export function saysNothing(contentType: string | undefined): boolean {
  const type = bare(contentType);
  if (type === '' || /^(?:application|binary)\/(?:octet-stream|x-unknown|unknown|force-download)$/.test(type))
    return true;
  if (/^(?:\*|image|video|audio|application)\/\*$/.test(type)) return true;
  const isOurs = knownType(type) !== undefined || acceptedTypes.some(({ aliases }) => aliases.includes(type));
  return wellFormed.test(type) && !isOurs && !refusedTypes.some((pattern) => pattern.test(type));
}

/** Systems without an office program declare such documents as what they are made of. */
const madeOf = /^application\/(?:x-)?zip(?:-compressed)?$/;
const isMadeOfZip = (extension: string) => /openxmlformats|opendocument/.test(typeByExtension(extension)?.mime ?? '');

/**
 * The kind of a file that a client is about to send, by its extension and by the declared type where that says anything.
 *
 * @throws {StorageError} `type_not_accepted`
 */
export function admitDeclared(declared: Declared, accepted: readonly AcceptedType[] = acceptedTypes): AcceptedType {
  const { extension, contentType } = declared;
  const isOfMaterial = isMadeOfZip(extension) && madeOf.test(bare(contentType));
  if (!isOfMaterial && !saysNothing(contentType)) return acceptDeclared(declared, accepted);
  const byExtension = accepted.find(({ extensions }) => extensions.includes(extension.toLowerCase()));
  return acceptDeclared({ ...declared, contentType: byExtension?.mime }, accepted);
}

/**
 * The kind that a client declares: type and extension must agree on one of those accepted. The type is compared without
 * parameters and case. `application/octet-stream` says nothing and is refused: see {@link admitDeclared}.
 *
 * @throws {StorageError} `type_not_accepted`
 */
export function acceptDeclared(
  { extension, contentType }: Declared,
  accepted: readonly AcceptedType[] = acceptedTypes,
): AcceptedType {
  const declared = bare(contentType);
  const byExtension = accepted.filter(({ extensions }) => extensions.includes(extension.toLowerCase()));
  const type =
    byExtension.find(({ mime }) => mime === declared) ?? byExtension.find(({ aliases }) => aliases.includes(declared));
  if (type) return type;
  const names = [...new Set(accepted.flatMap(({ extensions }) => extensions))].join(', ');
  throw new StorageError('type_not_accepted', `${why(extension, byExtension, declared)} Accepted: ${names}.`);
}

/** Repeats of what the client sent only what cannot be anything but a word. */
function why(extension: string, byExtension: readonly AcceptedType[], declared: string): string {
  const ending = /^[a-z0-9]{1,10}$/i.test(extension) ? `ends in .${extension.toLowerCase()}` : 'has no known ending';
  const [expected] = byExtension;
  if (!expected) {
    const off = typeByExtension(extension) ? ' This kind can be switched on, or is accepted elsewhere.' : '';
    return `The name ${ending}. This kind of file is not accepted here.${off}`;
  }
  const found = knownType(declared) ? `the declared type is ${declared}` : 'the declared type is that of another kind';
  return `The content type does not fit the file name: the name ${ending}, ${found}. Declare ${expected.mime}, or rename the file.`;
}
