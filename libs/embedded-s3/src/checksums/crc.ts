import { crc32 } from 'node:zlib';

/** Reflected polynomials, as RFC 1952 (CRC-32), RFC 3720 (CRC-32C) and the NVM Express base specification have them. */
const POLYNOMIAL = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: { width: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

export type CrcAlgorithm = keyof typeof POLYNOMIAL;

/** A checksum that grows with what it has seen. */
export interface Digest {
  update(chunk: Uint8Array): void;
  digest(): Buffer;
}

export function crc(algorithm: CrcAlgorithm): Digest {
  if (algorithm === 'CRC32') return new NativeCrc32();
  return new TableCrc(POLYNOMIAL[algorithm].width, tablesOf(algorithm));
}

class NativeCrc32 implements Digest {
  private value = 0;

  update(chunk: Uint8Array): void {
    this.value = crc32(chunk, this.value);
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.value);
    return bytes;
  }
}

/** Low and high halves of the remainder of each byte value followed by 0 to 7 zero bytes, one table after the other. */
interface Tables {
  low: Uint32Array;
  high: Uint32Array;
}

const tables = new Map<CrcAlgorithm, Tables>();

function tablesOf(algorithm: CrcAlgorithm): Tables {
  const known = tables.get(algorithm);
  if (known) return known;
  const { polynomial } = POLYNOMIAL[algorithm];
  const remainders: bigint[] = [];
  for (let index = 0; index < 8 * 256; index++) {
    let value = index < 256 ? BigInt(index) : remainders[index - 256]!;
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    remainders.push(value);
  }
  const made = {
    low: Uint32Array.from(remainders, (value) => Number(value & 0xffffffffn)),
    high: Uint32Array.from(remainders, (value) => Number(value >> 32n)),
  };
  tables.set(algorithm, made);
  return made;
}

/** Eight bytes at a time; numbers instead of BigInt because objects pass through it byte by byte. */
class TableCrc implements Digest {
  private low = 0xffffffff;
  private high: number;

  constructor(
    private readonly width: 32 | 64,
    private readonly tables: Tables,
  ) {
    this.high = width === 64 ? 0xffffffff : 0;
  }

  update(chunk: Uint8Array): void {
    const { low: L, high: H } = this.tables;
    let { low, high } = this;
    let at = 0;
    for (const end = chunk.length - 7; at < end; at += 8) {
      const a = 1792 + ((low ^ chunk[at]!) & 255);
      const b = 1536 + (((low >>> 8) ^ chunk[at + 1]!) & 255);
      const c = 1280 + (((low >>> 16) ^ chunk[at + 2]!) & 255);
      const d = 1024 + ((low >>> 24) ^ chunk[at + 3]!);
      const e = 768 + ((high ^ chunk[at + 4]!) & 255);
      const f = 512 + (((high >>> 8) ^ chunk[at + 5]!) & 255);
      const g = 256 + (((high >>> 16) ^ chunk[at + 6]!) & 255);
      const h = (high >>> 24) ^ chunk[at + 7]!;
      low = L[a]! ^ L[b]! ^ L[c]! ^ L[d]! ^ L[e]! ^ L[f]! ^ L[g]! ^ L[h]!;
      high = H[a]! ^ H[b]! ^ H[c]! ^ H[d]! ^ H[e]! ^ H[f]! ^ H[g]! ^ H[h]!;
    }
    for (; at < chunk.length; at++) {
      const index = (low ^ chunk[at]!) & 255;
      low = ((low >>> 8) | (high << 24)) ^ L[index]!;
      high = (high >>> 8) ^ H[index]!;
    }
    this.low = low;
    this.high = high;
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(~this.high >>> 0, 0);
    bytes.writeUInt32BE(~this.low >>> 0, 4);
    return this.width === 64 ? bytes : bytes.subarray(4);
  }
}

/**
 * The CRC of two runs of bytes laid end to end, from the CRC of each: the first is moved past the second's length by
 * multiplying with x^(8·length) modulo the polynomial.
 */
export function combineCrc(algorithm: CrcAlgorithm, first: Buffer, second: Buffer, secondLength: number): Buffer {
  const { width } = POLYNOMIAL[algorithm];
  const value = multiply(algorithm, power(algorithm, secondLength), read(first)) ^ read(second);
  return Buffer.from(value.toString(16).padStart(width / 4, '0'), 'hex');
}

const read = (digest: Buffer): bigint => BigInt(`0x${digest.toString('hex')}`);

// Parts mostly have one size, so the last power is asked for again and again.
let lastPower: { algorithm: CrcAlgorithm; bytes: number; value: bigint } | undefined;

function power(algorithm: CrcAlgorithm, bytes: number): bigint {
  if (lastPower?.algorithm === algorithm && lastPower.bytes === bytes) return lastPower.value;
  const one = 1n << BigInt(POLYNOMIAL[algorithm].width - 1);
  let value = one;
  let square = one >> 8n;
  for (let exponent = bytes; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) value = multiply(algorithm, value, square);
    square = multiply(algorithm, square, square);
  }
  lastPower = { algorithm, bytes, value };
  return value;
}

/** Product of two reflected polynomials modulo the algorithm's: the highest bit stands for x^0. */
function multiply(algorithm: CrcAlgorithm, a: bigint, b: bigint): bigint {
  const { width, polynomial } = POLYNOMIAL[algorithm];
  let product = 0n;
  for (let bit = width - 1; bit >= 0; bit--) {
    if ((a >> BigInt(bit)) & 1n) product ^= b;
    b = b & 1n ? (b >> 1n) ^ polynomial : b >> 1n;
  }
  return product;
}
