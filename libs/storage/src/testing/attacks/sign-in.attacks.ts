import type { Attack, Holes, Step } from './attack.js';

const forged = (name: string, tries: string, authorization: string | null, from: readonly string[]): Attack => ({
  name: `sign-in: ${name}`,
  area: 'sign-in',
  tries,
  sends: [
    {
      to: 'api',
      as: 'nobody',
      method: 'GET',
      url: '{placeOfA}/content',
      ...(authorization !== null && { headers: { authorization } }),
    } satisfies Step,
  ],
  must: { refusedBy: 'sign-in', status: 401, code: 'unauthorized' },
  from,
});

/** Whoever is not signed in is nobody, whatever they send. */
export const signInAttacks: readonly Attack[] = [
  forged('no token', 'to find a route without a guard', null, ['CWE-306', 'CVE-2026-35412']),
  forged('alg: none', 'to be somebody of A by saying so, signed by nobody', 'Bearer {algNone}', [
    'CVE-2022-23540',
    'CWE-347',
  ]),
  forged("the claims of A over one's own signature", 'to be somebody of A', 'Bearer {borrowedSignature}', ['CWE-347']),
  forged('no signature', 'to be somebody of A', 'Bearer {noSignature}', ['CWE-347']),
  forged('another scheme', 'to find a parser that does not look', 'Basic {tokenA}', ['CWE-287']),
  forged('an upload token for a sign-in', 'to use one secret for another purpose', 'Bearer {ticketOfA}', [
    'CWE-287',
    'supabase/storage#1135',
  ]),
];

/**
 * JWTs that say of their bearer what A's says, and that nobody signed. Empty where the tokens are no JWTs. Needs no Node.
 *
 * @param tokenA a token of organisation A, whose claims are wanted
 * @param tokenB a token of the attacker, whose signature is at hand
 */
export function forgedTokens(
  tokenA: string,
  tokenB: string,
): Partial<Pick<Holes, 'algNone' | 'borrowedSignature' | 'noSignature'>> {
  const [head, claims, signatureA] = tokenA.split('.');
  const signature = tokenB.split('.')[2];
  if (!head || !claims || !signatureA || !signature) return {};
  const none = btoa('{"alg":"none","typ":"JWT"}').replaceAll('=', '');
  return {
    algNone: `${none}.${claims}.`,
    borrowedSignature: `${head}.${claims}.${signature}`,
    noSignature: `${head}.${claims}.`,
  };
}
