import type { Identity } from './identities.js';

/** How a request proved who makes it. */
export interface Caller {
  readonly identity: Identity;
  /** the values of `s3:authType` */
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  readonly signedAt: Date;
}
