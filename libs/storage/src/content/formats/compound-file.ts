/** Compound files ([MS-CFB]): the container of old Office documents, of new ones with a password, and of much else. */
const signature = 'd0cf11e0a1b11ae1';
const entryBytes = 128;
/** Of the directory's first bytes: the root and what lies beside it. */
export const directoryBytes = 4096;

export const isCompoundFile = (head: Buffer): boolean =>
  head.length >= 512 && head.toString('hex', 0, 8) === signature && [9, 12].includes(head.readUInt16LE(30));

/** Where the directory of a compound file starts, in bytes. */
export function directoryAt(head: Buffer): number {
  return (head.readUInt32LE(48) + 1) * 2 ** head.readUInt16LE(30);
}

interface Directory {
  /** The class of the document, hexadecimal as stored; zeros where its program said none. */
  root: string;
  names: string[];
}

/** What the entries of a directory say, as far as the bytes at hand are such entries. */
function directoryOf(bytes: Buffer): Directory {
  const directory: Directory = { root: '', names: [] };
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const [length, type] = [bytes.readUInt16LE(at + 64), bytes.readUInt8(at + 66)];
    if (![1, 2, 5].includes(type) || length < 2 || length > 64 || length % 2 !== 0) continue;
    if (type === 5) directory.root = bytes.toString('hex', at + 80, at + 96);
    else directory.names.push(bytes.toString('utf16le', at, at + length - 2));
  }
  return directory;
}

export type CompoundKind = 'doc' | 'xls' | 'ppt' | 'encrypted' | 'installer' | 'mail' | 'unknown';

const classes: Record<string, CompoundKind> = {
  '0609020000000000c000000000000046': 'doc',
  '1008020000000000c000000000000046': 'xls',
  '2008020000000000c000000000000046': 'xls',
  '108d81649b4fcf1186ea00aa00b929e8': 'ppt',
  '84100c0000000000c000000000000046': 'installer',
  '82100c0000000000c000000000000046': 'installer',
  '86100c0000000000c000000000000046': 'installer',
  '0b0d020000000000c000000000000046': 'mail',
};

const streams: readonly (readonly [RegExp, CompoundKind])[] = [
  // An installer packs two characters of a table's name into one of these. MsiDatabase.h
  [/^[\u3800-\u4840]/, 'installer'],
  [/^Encrypt(?:edPackage|ionInfo)$/, 'encrypted'],
  [/^__(?:properties_version|nameid_version|substg)/, 'mail'],
  [/^WordDocument$/, 'doc'],
  [/^(?:Workbook|Book)$/i, 'xls'],
  [/^(?:PowerPoint Document|PP40)$/, 'ppt'],
];

/** What a compound file holds, as its directory tells: by the class of its root, else by the names of its streams. */
export function compoundKind(directory: Buffer): CompoundKind {
  const { root, names } = directoryOf(directory);
  const byName = streams.find(([name]) => names.some((given) => name.test(given)))?.[1];
  const byClass = classes[root];
  // An installer may name any class, and a document none.
  return byName === 'installer' || byName === 'encrypted' ? byName : (byClass ?? byName ?? 'unknown');
}

/** What was found instead, as the end of a sentence, and what the sender can do. */
export interface Finding {
  what: string;
  help: string;
}

export const whatHelps = {
  right: 'Send the right file.',
  rename: 'Rename it, or send the right file.',
  again: 'Send it again.',
} as const;

const contents: Record<CompoundKind, string> = {
  doc: 'an old Word document (.doc)',
  xls: 'an old Excel workbook (.xls)',
  ppt: 'an old PowerPoint presentation (.ppt)',
  encrypted: 'an Office document with a password (.docx, .xlsx or .pptx)',
  installer: 'an installer (.msi)',
  mail: 'a mail (.msg)',
  unknown: 'an old Office document or a mail',
};

export function compoundFinding(kind: CompoundKind): Finding {
  const isOffice = kind !== 'installer' && kind !== 'mail';
  const help = isOffice ? whatHelps.rename : whatHelps.right;
  return { what: `the content is ${contents[kind]}`, help };
}
