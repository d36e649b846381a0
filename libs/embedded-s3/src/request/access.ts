import type { Retention } from '../store/records.js';

/** What a caller wants to do: the operation itself, the source of a copy, or one key of DeleteObjects. */
export interface Access {
  readonly action: string;
  /** `''` for operations on the service */
  readonly bucket: string;
  /** `''` for operations on a bucket */
  readonly key: string;
  readonly versionId?: string;
  /** of ListBucket, when the question is whether that key may be known to be absent */
  readonly absentKey?: string;
  /** what the request's document asks for, where it does not ask by headers */
  readonly lock?: { readonly retention?: Retention; readonly legalHold?: 'ON' | 'OFF' };
}
