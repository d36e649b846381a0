/**
 * The parts of a ZIP archive that are needed to keep files as they are, uncompressed, with any number and size of them.
 * APPNOTE.TXT 6.3.10: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export interface ZipEntry {
  name: string;
  /** Bytes. */
  size: number;
  crc: number;
  /** Where its local header begins. */
  offset: number;
  at?: Date;
}

export const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};

/** What 32 and 16 bits cannot say stands in a field of 64. */
export const most32 = 0xffff_ffff;
export const most16 = 0xffff;

const [plainVersion, zip64Version] = [20, 45];
/** Names are UTF-8. */
const flags = 0x0800;
const madeOnUnix = 3 << 8;
/** A file that its owner alone reads. */
const mode = 0o100600;

export const crcAt = 14;

export function localHeader({ name, size, crc, at }: Omit<ZipEntry, 'offset'>): Buffer {
  const isLarge = size >= most32;
  const bytes = Buffer.from(name);
  const extra = Buffer.concat([isLarge ? sizes64(size, size) : none, timeField(at)]);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(signatures.local, 0);
  header.writeUInt16LE(isLarge ? zip64Version : plainVersion, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(dosTime(at), 10);
  header.writeUInt32LE(crc, crcAt);
  header.writeUInt32LE(Math.min(size, most32), 18);
  header.writeUInt32LE(Math.min(size, most32), 22);
  header.writeUInt16LE(bytes.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, bytes, extra]);
}

export function centralHeader({ name, size, crc, offset, at }: ZipEntry): Buffer {
  const large = [...(size >= most32 ? [size, size] : []), ...(offset >= most32 ? [offset] : [])];
  const bytes = Buffer.from(name);
  const extra = Buffer.concat([large.length > 0 ? sizes64(...large) : none, timeField(at)]);
  const header = Buffer.alloc(46);
  const version = large.length > 0 ? zip64Version : plainVersion;
  header.writeUInt32LE(signatures.central, 0);
  header.writeUInt16LE(madeOnUnix | zip64Version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt32LE(dosTime(at), 12);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(Math.min(size, most32), 20);
  header.writeUInt32LE(Math.min(size, most32), 24);
  header.writeUInt16LE(bytes.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(mode * 0x10000, 38);
  header.writeUInt32LE(Math.min(offset, most32), 42);
  return Buffer.concat([header, bytes, extra]);
}

/** The end of an archive, behind its directory. */
export function endOf({ entries, offset, size }: { entries: number; offset: number; size: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(Math.min(entries, most16), 8);
  end.writeUInt16LE(Math.min(entries, most16), 10);
  end.writeUInt32LE(Math.min(size, most32), 12);
  end.writeUInt32LE(Math.min(offset, most32), 16);
  if (entries < most16 && offset < most32 && size < most32) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(signatures.end64, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(madeOnUnix | zip64Version, 12);
  end64.writeUInt16LE(zip64Version, 14);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(signatures.locator64, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

const none = Buffer.alloc(0);

function sizes64(...values: number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(0x0001, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}

/** The time to the second and in no zone, which a ZIP's own field does not have. */
function timeField(at: Date | undefined): Buffer {
  if (!at) return none;
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x5455, 0);
  field.writeUInt16LE(5, 2);
  field.writeUInt8(1, 4);
  field.writeInt32LE(Math.min(Math.floor(at.getTime() / 1_000), 0x7fff_ffff), 5);
  return field;
}

function dosTime(at: Date | undefined): number {
  const year = at?.getUTCFullYear() ?? 0;
  if (!at || year < 1980 || year > 2107) return 0x0021_0000;
  const date = ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return date * 0x10000 + time;
}
