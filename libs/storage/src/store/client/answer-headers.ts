/** What the SDK keeps of an answer that it turned into an error. */
interface Refused {
  $response?: { headers?: Record<string, string | undefined> };
}

const header = (error: unknown, name: string) => (error as Refused | undefined)?.$response?.headers?.[name];

/** A 304 names the state that the caller has: RFC 9110, section 15.4.5. */
export const etagIn = (error: unknown): string | undefined => header(error, 'etag');

/** A 416 names the size: `bytes *` and `/1000`, RFC 9110, section 14.4. S3 says it in the body too. */
export function sizeIn(error: unknown): number | undefined {
  const { ActualObjectSize } = (error ?? {}) as { ActualObjectSize?: unknown };
  const text = /^bytes \*\/(\d+)$/.exec(header(error, 'content-range') ?? '')?.[1] ?? ActualObjectSize;
  const size = Number(text ?? NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}
