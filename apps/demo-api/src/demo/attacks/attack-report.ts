import type { Attack } from 'nest-tenant-storage/testing';
import { attackedFile, marks, type Run, type Sent } from './attack-runner.js';
import type { RawAnswer } from './raw-request.js';

/** What the page shows of an attack that was run. Secrets are shortened: it shows that they were sent, not what they are. */
export interface AttackReport {
  name: string;
  held: boolean;
  /** Why it did not hold; empty where it did. */
  broken: string[];
  sent: { to: string; as: string; method: string; url: string; headers: string[]; bytes: number; later?: number }[];
  answers: { status: number; code?: string; message?: string; ms: number }[];
  owner: { status: number; bytes: number; isSame: boolean };
  /** For a file of somebody else: what is answered for one that nobody has. */
  absent?: { status: number; code?: string; isSame: boolean };
}

export function reportOf(attack: Attack, { sent, owner, absent }: Run): AttackReport {
  const answers = sent.map(({ answer, ms }) => ({ status: answer.status, ...saidIn(answer), ms }));
  const { isSame: isOwnerSame } = ownerReport(owner);
  const last = sent.at(-1)!;
  const isAbsentSame = absent && comparable(absent) === comparable(last.answer);
  const broken = [
    ...sent
      .slice(0, -1)
      .flatMap(({ answer }, at) => (isFine(answer) ? [] : [`Step ${at + 1} did not do what it says.`])),
    ...([attack.must.status].flat().includes(last.answer.status) ? [] : [`It was answered ${last.answer.status}.`]),
    ...(attack.must.code === undefined || attack.must.code === answers.at(-1)?.code ? [] : ['The code is another.']),
    ...(textOf(last.answer).includes(marks.bytes) ? ['The answer holds bytes of the file.'] : []),
    ...(isOwnerSame ? [] : ['Its owner no longer has the file as it was.']),
    ...(isAbsentSame === false ? ['It can be told from a file that nobody has.'] : []),
  ];
  return {
    name: attack.name,
    held: broken.length === 0,
    broken,
    sent: sent.map(requestOf),
    answers,
    owner: ownerReport(owner),
    ...(absent && { absent: { status: absent.status, ...saidIn(absent), isSame: isAbsentSame === true } }),
  };
}

/** What A, whose file it is, has afterwards. */
export const ownerReport = ({ status, body }: RawAnswer): AttackReport['owner'] => ({
  status,
  bytes: body.length,
  isSame: status === 200 && body.equals(attackedFile),
});

const isFine = ({ status }: RawAnswer) => status >= 200 && status < 300;
const textOf = ({ headers, body }: RawAnswer) => JSON.stringify(headers) + body.toString('latin1');

/** Everything but the moment and the name of the request. */
function comparable({ status, headers, body }: RawAnswer): string {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return JSON.stringify([status, rest, body.toString('latin1')]);
}

function requestOf({ step, request }: Sent): AttackReport['sent'][number] {
  return {
    to: step.to,
    as: step.as,
    method: request.method,
    url: shortened(request.url),
    headers: Object.entries(request.headers).map(([name, value]) => `${name}: ${shortened(value)}`),
    bytes: request.body?.length ?? 0,
    ...(step.later && { later: step.later }),
  };
}

/** Signatures, credentials and tokens, of which the beginning is enough. */
const shortened = (text: string): string =>
  text
    .replace(/(X-Amz-(?:Signature|Credential|Security-Token)=)([^&]{0,8})[^&]*/g, '$1$2…')
    .replace(/^(Bearer|Basic) (\S{0,12})\S*$/, '$1 $2…');

/** What a refusal says of itself: as JSON the API, as XML the store. */
function saidIn({ headers, body }: RawAnswer): { code?: string; message?: string } {
  const text = body.toString('utf8', 0, 4096);
  if (headers['content-type']?.startsWith('application/json')) {
    try {
      const { code, message } = JSON.parse(text) as { code?: string; message?: string };
      return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
    } catch {
      return {};
    }
  }
  const [, code] = /<Code>([^<]*)<\/Code>/.exec(text) ?? [];
  const [, message] = /<Message>([^<]*)<\/Message>/.exec(text) ?? [];
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
}
