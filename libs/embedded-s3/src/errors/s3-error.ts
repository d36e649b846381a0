import { errorCodes, type ErrorCode } from './error-codes.js';

export type { ErrorCode } from './error-codes.js';

/** An answer S3 gives instead of a result. `details` become elements of the `<Error>` document, `headers` go beside it. */
export class S3Error extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string = errorCodes[code][1],
    readonly details: Readonly<Record<string, string>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = errorCodes[code][0];
  }
}
