import type { Context } from './context.js';

/** What a caller wants to do: the operation itself, the source of a copy, or one key of DeleteObjects. */
export interface Access {
  readonly action: string;
  /** `''` for operations on the service */
  readonly bucket: string;
  /** `''` for operations on a bucket */
  readonly key: string;
  readonly versionId?: string;
}

/** Called once a request is authenticated and its bucket known to exist. @throws S3Error AccessDenied */
export function authorise(_ctx: Context, _access: Access): void {}
