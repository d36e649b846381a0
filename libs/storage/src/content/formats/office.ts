/** The names in a zip's local headers, as far as the bytes go. APPNOTE.TXT 4.3.7 */
function zipNames(head: Buffer): string[] {
  const names: string[] = [];
  for (let at = head.indexOf('PK\x03\x04'); at >= 0 && at + 30 < head.length; at = head.indexOf('PK\x03\x04', at + 4)) {
    names.push(head.toString('utf8', at + 30, at + 30 + head.readUInt16LE(at + 26)));
  }
  return names;
}

const commonParts = /^(?:\[Content_Types\]\.xml$|_rels[/\\]|docProps[/\\]|docMetadata[/\\]|customXml[/\\])/;
const officeParts = ['word', 'xl', 'ppt'];

const isIn = (name: string, folder: string) => name.startsWith(`${folder}/`) || name.startsWith(`${folder}\\`);

/**
 * Whether bytes are an Office Open XML file of the kind that keeps its parts in `folder`. The first parts of a large one
 * may be those that all kinds share. Macros are refused where they show.
 */
export function isOoxml(folder: 'word/' | 'xl/' | 'ppt/') {
  const own = folder.slice(0, -1);
  return (head: Buffer, isWhole: boolean): boolean => {
    if (!head.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) return false;
    const names = zipNames(head);
    const has = (part: string) => names.some((name) => isIn(name, part));
    const [first = ''] = names;
    return (
      (commonParts.test(first) || isIn(first, own)) &&
      (has(own) || !isWhole) &&
      !officeParts.some((part) => part !== own && has(part)) &&
      !names.some((name) => isMacro(name))
    );
  };
}

/** Where the list of a zip's parts must lie, and what is looked at of it: some 2,500 parts. */
export const directoryBytes = 256 * 1024;

export type ZipFault = 'cut' | 'macro' | 'program' | 'crowded' | 'other';

/**
 * What the list of parts at the end of an office file says against it: the whole list is looked at. APPNOTE.TXT 4.3.12
 *
 * @param end the last `directoryBytes` of the file, or all of it
 * @param own the folder of its kind, for Office Open XML
 */
export function faultInParts(end: Buffer, own?: string): ZipFault | undefined {
  const at = end.lastIndexOf('PK\x05\x06');
  if (at < 0 || at + 22 > end.length) return 'cut';
  const from = at - end.readUInt32LE(at + 12);
  // A file of more than 4 GiB has a second record between; nothing that large is taken.
  if (from < 0) return 'crowded';
  const names: string[] = [];
  let next = from;
  while (next + 46 <= at && end.toString('latin1', next, next + 4) === 'PK\x01\x02') {
    const length = end.readUInt16LE(next + 28);
    names.push(end.toString('utf8', next + 46, next + 46 + length));
    next += 46 + length + end.readUInt16LE(next + 30) + end.readUInt16LE(next + 32);
  }
  if (names.length === 0 || names.length !== end.readUInt16LE(at + 10)) return 'cut';
  if (names.some((name) => isMacro(name))) return 'macro';
  if (names.some((name) => program.test(name))) return 'program';
  if (own && !names.some((name) => isIn(name, own))) return 'other';
  return undefined;
}

/** The macros of Microsoft's programs, and the modules of LibreOffice's, whose empty libraries are in many files. */
const isMacro = (name: string): boolean =>
  /vbaProject\.bin$|vbaData\.xml$/i.test(name) ||
  (/^(?:Basic|Scripts)[/\\]./i.test(name) && !/[/\\]$|script-l[bc]\.xml$|dialog-l[bc]\.xml$/i.test(name));

const program = /\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|vbe|jse?|wsf|hta|msi|jar|lnk|scf|html?|svg)$/i;
