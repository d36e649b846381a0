/** The names in a zip's local headers, as far as the bytes go. APPNOTE.TXT 4.3.7 */
function zipNames(head: Buffer): string[] {
  const names: string[] = [];
  for (let at = head.indexOf('PK\x03\x04'); at >= 0 && at + 30 < head.length; at = head.indexOf('PK\x03\x04', at + 4)) {
    names.push(head.toString('utf8', at + 30, at + 30 + head.readUInt16LE(at + 26)));
  }
  return names;
}

const commonParts = /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|docMetadata\/|customXml\/)/;
const officeParts = ['word/', 'xl/', 'ppt/'];

/**
 * Whether bytes are an Office Open XML file of the kind that keeps its parts in `folder`. The first parts of a large one
 * may be those that all kinds share. Macros are refused where they show.
 */
export function isOoxml(folder: 'word/' | 'xl/' | 'ppt/') {
  return (head: Buffer, isWhole: boolean): boolean => {
    if (!head.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) return false;
    const names = zipNames(head);
    const has = (part: string) => names.some((name) => name.startsWith(part));
    const [first = ''] = names;
    return (
      (commonParts.test(first) || first.startsWith(folder)) &&
      (has(folder) || !isWhole) &&
      !officeParts.some((part) => part !== folder && has(part)) &&
      !names.some((name) => /vbaProject\.bin$/i.test(name))
    );
  };
}
