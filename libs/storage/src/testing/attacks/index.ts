import type { Attack } from './attack.js';
import { contentAttacks } from './content.attacks.js';
import { foreignAttacks } from './foreign.attacks.js';
import { lureAttacks } from './lures.attacks.js';
import { pathAttacks } from './paths.attacks.js';
import { signInAttacks } from './sign-in.attacks.js';
import { readUrlAttacks } from './signed-urls.attacks.js';
import { ticketAttacks, writeUrlAttacks } from './tickets.attacks.js';

export {
  holesOf,
  type Area,
  type Attack,
  type HoleName,
  type Holes,
  type Outcome,
  type Step,
  type StepBody,
  type UrlChange,
  type Who,
} from './attack.js';
export { requestOf, type AttackRequest, type Filling } from './request-of.js';
export { lureHeaders, lureNames } from './lures.attacks.js';
export { idTricks } from './paths.attacks.js';
export { forgedTokens } from './sign-in.attacks.js';

/** Every attack against an API of the demo's shape, as data: `JSON.stringify(attacks)` loses nothing. */
export const attacks: readonly Attack[] = [
  ...foreignAttacks,
  ...readUrlAttacks,
  ...writeUrlAttacks,
  ...ticketAttacks,
  ...signInAttacks,
  ...lureAttacks,
  ...pathAttacks,
  ...contentAttacks,
];
