import type { FindingKind } from 'nest-tenant-storage/testing';

export interface Leak {
  route: string;
  /** What the proof must say of it. */
  kind: FindingKind;
  /** The mistake, in one line. */
  mistake: string;
}

/** Every mistake of this application; all else in it is right. */
export const leaks: readonly Leak[] = [
  { route: 'GET /appointments', kind: 'lured', mistake: 'takes the organisation from the header x-org-id' },
  { route: 'GET /invoices', kind: 'lured', mistake: 'takes the organisation from the query orgId' },
  { route: 'GET /orgs/{orgId}/reports', kind: 'foreign data', mistake: 'takes the organisation from the path' },
  { route: 'GET /documents/{id}', kind: 'foreign data', mistake: 'looks a document up by its id alone' },
  { route: 'GET /patients', kind: 'foreign data', mistake: 'lists without a filter' },
  {
    route: 'GET /summary',
    kind: 'foreign data',
    mistake: 'keeps an answer in a cache whose key names no organisation',
  },
  { route: 'GET /letters/{id}', kind: 'message', mistake: 'says in the text of its 404 that there is one elsewhere' },
  { route: 'GET /scans/{id}', kind: 'status', mistake: 'answers 403 for a foreign one and 404 for none' },
  { route: 'GET /exports/{name}/url', kind: 'URL', mistake: 'signs a URL without asking whose it is' },
  { route: 'POST /uploads/complete', kind: 'ticket', mistake: 'completes a ticket for whoever brings it' },
  { route: 'GET /notices/{id}', kind: 'open', mistake: 'has no guard' },
  { route: 'GET /images/{id}', kind: 'header', mistake: 'sets a header with the name before it looks whose it is' },
  { route: 'POST /tasks', kind: 'written', mistake: 'takes the organisation from the body' },
  { route: 'DELETE /drafts/{id}', kind: 'removed', mistake: 'removes by id alone' },
];
