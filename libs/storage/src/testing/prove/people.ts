import { forgedTokens } from '../attacks/sign-in.attacks.js';
import { orgOfToken, type Marks, type Person, type ProofOrganisation } from './options.js';
import type { Seeded } from './replay/random.js';

export interface People {
  owner: Person;
  others: Person[];
  nobody: Person;
  /** With tokens that claim to be of the owner, signed by nobody. */
  forgers: Person[];
}

export function peopleOf(organisations: readonly ProofOrganisation[], random: Seeded): People {
  const [owner, ...others] = organisations.map((organisation, at): Person => {
    const name = organisation.name ?? String.fromCodePoint(65 + at);
    return {
      name,
      organisation: { ...organisation, id: organisation.id ?? orgOfToken(organisation.token) },
      headers: { ...(organisation.token && bearer(organisation.token)), ...organisation.headers },
      marks: marksOf(random),
    };
  }) as [Person, ...Person[]];
  const forged = forgedTokens(organisations[0]?.token ?? '', organisations[1]?.token ?? '');
  return {
    owner,
    others,
    nobody: stranger('nobody', {}, random),
    forgers: Object.entries(forged).map(([name, token]) => stranger(`a forger (${name})`, bearer(token), random)),
  };
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const stranger = (name: string, headers: Record<string, string>, random: Seeded): Person => ({
  name,
  headers,
  marks: marksOf(random),
});

/** Letters and digits alone, so that they go anywhere. */
function marksOf(random: Seeded): Marks {
  const [name, text, bytes] = ['name', 'text', 'bytes'].map((kind) => `${kind}${random.text(12)}`);
  return { name: name!, text: text!, bytes: bytes! };
}
