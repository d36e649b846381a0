import type { ContentScanner, Scan, Verdict } from './content-scanner.js';

/** The test string that every scanner knows, in two halves so that none finds this file. https://www.eicar.org/download-anti-malware-testfile/ */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** Knows the EICAR test string, wherever it stands in a file, and nothing else: for demos and tests without a daemon. */
export function eicarScanner(): ContentScanner {
  const by = { engine: 'eicar-only' };
  const needle = Buffer.from(eicar);
  const begin = async (): Promise<Scan> => {
    let tail = Buffer.alloc(0);
    let isFound = false;
    return {
      by,
      write: async (chunk) => {
        const text = Buffer.concat([tail, chunk]);
        isFound ||= text.includes(needle);
        tail = text.subarray(Math.max(0, text.length - needle.length + 1));
      },
      verdict: async (): Promise<Verdict> =>
        isFound
          ? { kind: 'malware', signature: 'Eicar-Test-Signature', ...by, at: new Date() }
          : { kind: 'clean', ...by, at: new Date() },
      abort: () => {},
    };
  };
  return { name: 'eicar-only', begin, state: async () => by };
}
