/** What kind of leak a finding is. */
export const findingKinds = {
  open: 'answers without a sign-in',
  forged: 'takes a token that nobody signed',
  'foreign data': 'gives data of another organisation',
  lured: 'takes the organisation from what the client says',
  header: 'gives something away in a response header',
  URL: 'gives a URL to data of another organisation',
  'altered URL': 'gives URLs that work when they are altered',
  ticket: 'takes a ticket of another organisation',
  status: 'tells foreign from absent by the status',
  code: 'tells foreign from absent by the code',
  message: 'tells foreign from absent by the text',
  'headers differ': 'tells foreign from absent by the headers',
  written: 'lets others write into an organisation',
  removed: "lets others remove an organisation's data",
} as const;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  /** `GET /documents/{id}` */
  route: string;
  kind: FindingKind;
  /** Who did it: the name of an organisation, `nobody`, or a forger. */
  who: string;
  /** In one sentence. */
  what: string;
  /** Does it again, with the tokens in `$TOKEN_A`, `$TOKEN_B` … */
  curl: string;
  /** What else was seen on the same route. */
  also: string[];
}
