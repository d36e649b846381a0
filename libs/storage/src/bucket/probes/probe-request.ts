import type { AreaUser } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import type { UnsignedRequest } from '../../store/signing/signature.js';

export interface Signed {
  /** Seconds ago; negative for the future. Default 0. */
  age?: number;
  /** Seconds. Default 300. */
  expiresIn?: number;
  /** Whose credentials, where there is a tenant role; `app` for the application's own. Default: the reserved organisation's. */
  as?: OrgId | 'app';
  /** Which of an organisation's credentials. Default: those for its files. */
  user?: AreaUser;
}

export interface Touched {
  org: OrgId;
  /** Whether an upload in parts may be open there. */
  hasUpload?: boolean;
}

export interface ProbeRequest {
  method?: UnsignedRequest['method'];
  /** A whole key, or any text that should not be one; empty for the bucket. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  /** Signed and sent. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
}
