import { parseOrgId } from '../../keys/org-id.js';
import { UnderWay } from './under-way.js';

const one = parseOrgId('1');
const eleven = parseOrgId('11');
const tooMany = expect.objectContaining({ code: 'too_many_requests', retryAfterSeconds: expect.any(Number) });

test('what one user has under way is bounded, and nobody else notices', () => {
  const uploads = new UnderWay({ uploadsPerUser: 2, uploadsPerOrg: 100 });
  const [leave] = [uploads.enter(one, 'ada'), uploads.enter(one, 'ada')];
  expect(() => uploads.enter(one, 'ada')).toThrow(tooMany);
  expect(() => [uploads.enter(one, 'bob'), uploads.enter(eleven, 'ada'), uploads.enter(one, undefined)]).not.toThrow();
  leave();
  leave();
  uploads.enter(one, 'ada');
  expect(() => uploads.enter(one, 'ada')).toThrow(tooMany);
});

test('so is what an organisation has, whoever it is', () => {
  const uploads = new UnderWay({ uploadsPerUser: 2, uploadsPerOrg: 3 });
  const leave = uploads.enter(one, undefined);
  for (const user of ['a', 'b']) uploads.enter(one, user);
  expect(() => uploads.enter(one, 'c')).toThrow(tooMany);
  expect(() => uploads.enter(one, undefined)).toThrow(tooMany);
  expect(() => uploads.enter(eleven, 'c')).not.toThrow();
  leave();
  expect(() => uploads.enter(one, 'c')).not.toThrow();
});

test('organisations and users with names made of one another are told apart', () => {
  const uploads = new UnderWay({ uploadsPerUser: 1, uploadsPerOrg: 1 });
  uploads.enter(one, '1/x');
  expect(() => uploads.enter(eleven, 'x')).not.toThrow();
});
