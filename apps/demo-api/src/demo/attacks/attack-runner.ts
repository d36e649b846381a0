import { randomBytes } from 'node:crypto';
import {
  forgedTokens,
  holesOf,
  requestOf,
  samples,
  type Attack,
  type AttackRequest,
  type HoleName,
  type Holes,
  type Step,
} from 'nest-tenant-storage/testing';
import { sendRaw, type RawAnswer } from './raw-request.js';

/** What the runner needs of the demo that it attacks. */
export interface Attacked {
  /** Where its API is, without `/api`. */
  origin: string;
  bucket: string;
  tokenOf(person: { orgId: string; userId: string }): Promise<string>;
  /** The store's clock, where it can be put forward. */
  clock?: { advance(ms: number): void; reset(): void };
}

export interface Sent {
  step: Step;
  request: AttackRequest;
  answer: RawAnswer;
  ms: number;
}

export interface Run {
  sent: Sent[];
  /** What A, whose file it is, is given for it afterwards. */
  owner: RawAnswer;
  /** What B is told of a file that nobody has, where the attack asks for A's. */
  absent?: RawAnswer;
}

export const people = {
  a: { orgId: '1', userId: 'ada' },
  b: { orgId: '11', userId: 'bob' },
  colleague: { orgId: '1', userId: 'eve' },
} as const;

/** In the name and in the bytes of A's file; in nothing of anybody else. */
export const marks = { name: 'name-of-org-1', bytes: 'bytes-of-org-1' };
/** A's file. */
export const attackedFile = Buffer.concat([samples.png.bytes, Buffer.from(`${marks.bytes}!`.repeat(8))]);

const name = `scan-${marks.name}.png`;
const ticketHoles: readonly HoleName[] = ['writeUrlOfA', 'ticketOfA', 'placeOfTicket'];

interface Ticket {
  fileName: string;
  url: string;
  token: string;
  headers: Record<string, string>;
}

/** Carries attacks of the list out against a demo: one file of A and one of B, in a field of their own. */
export class AttackRunner {
  #tokens?: Promise<Record<keyof typeof people, string>>;

  constructor(
    private readonly demo: Attacked,
    private readonly field: { formId: string; customFieldId: string },
  ) {}

  /** `before` is called once all is prepared, ahead of the step that counts; `after` when it is answered. */
  async run(attack: Attack, { before = nothing, after = nothing } = {}): Promise<Run> {
    const tokens = await this.#ready();
    const needed = holesOf(attack);
    const ticket = needed.some((hole) => ticketHoles.includes(hole)) ? await this.#begin() : undefined;
    const holes = await this.#holes(needed, ticket);
    const filling = { holes, tokens, file: attackedFile, ...(ticket && { ticketHeaders: ticket.headers }) };
    const sent: Sent[] = [];
    for (const [at, step] of attack.sends.entries()) {
      const request = requestOf(step, filling);
      if (at === attack.sends.length - 1) await before();
      sent.push(await this.#send(step, request));
    }
    await after();
    const isOfFile = attack.area === 'foreign file' && attack.sends.length === 1;
    const absent = isOfFile ? await this.#absent(attack.sends[0]!, filling) : undefined;
    const owner = await this.owner();
    if (ticket) await this.#tidy(ticket);
    return { sent, owner, ...(absent && { absent }) };
  }

  /** What A is given for its file. */
  owner(): Promise<RawAnswer> {
    return this.#call('a', 'GET', `${this.#path}/files/${name}/content`);
  }

  /** Where A's file lies in the bucket. */
  get keyOfA(): string {
    const { formId, customFieldId } = this.field;
    return `${people.a.orgId}/uploads/forms/${formId}/field_${customFieldId}/${name}`;
  }

  async #send(step: Step, request: AttackRequest): Promise<Sent> {
    if (step.later) this.demo.clock?.advance(step.later * 1000);
    const started = performance.now();
    try {
      const url = step.to === 'api' ? this.demo.origin + request.url : request.url;
      const answer = await sendRaw({ ...request, url });
      return { step, request, answer, ms: Math.round(performance.now() - started) };
    } finally {
      if (step.later) this.demo.clock?.reset();
    }
  }

  #absent(step: Step, filling: Parameters<typeof requestOf>[1]): Promise<RawAnswer> {
    const request = requestOf(step, { ...filling, holes: { ...filling.holes, placeOfA: filling.holes.absentPlace } });
    return sendRaw({ ...request, url: this.demo.origin + request.url });
  }

  get #path(): string {
    return `/api/forms/${this.field.formId}/fields/${this.field.customFieldId}`;
  }

  async #holes(needed: readonly HoleName[], ticket: Ticket | undefined): Promise<Partial<Holes>> {
    const { a, b } = await this.#ready();
    const { formId, customFieldId } = this.field;
    return {
      orgA: people.a.orgId,
      orgB: people.b.orgId,
      tokenA: a,
      tokenB: b,
      ...forgedTokens(a, b),
      placeOfA: `${this.#path}/files/${name}`,
      absentPlace: `${this.#path}/files/${'x'.repeat(name.length - 4)}.png`,
      fieldOfA: this.#path,
      bucket: this.demo.bucket,
      keyOfB: `${people.b.orgId}/uploads/forms/${formId}/field_${customFieldId}/theirs.png`,
      ...(needed.includes('urlOfA') && { urlOfA: await this.#readUrl() }),
      ...(ticket && {
        writeUrlOfA: ticket.url,
        ticketOfA: ticket.token,
        placeOfTicket: `${this.#path}/files/${ticket.fileName}`,
      }),
    };
  }

  #ready(): Promise<Record<keyof typeof people, string>> {
    return (this.#tokens ??= this.#prepare());
  }

  async #prepare(): Promise<Record<keyof typeof people, string>> {
    const [a, b, colleague] = await Promise.all(
      [people.a, people.b, people.colleague].map((person) => this.demo.tokenOf(person)),
    );
    const tokens = { a: a!, b: b!, colleague: colleague! };
    const headers = { 'content-type': 'image/png' };
    for (const [who, fileName, body] of [
      ['a', name, attackedFile],
      ['b', 'theirs.png', samples.png.bytes],
    ] as const) {
      const url = `${this.demo.origin}${this.#path}/files/${fileName}?replace=true`;
      const authorization = `Bearer ${tokens[who]}`;
      const { status } = await sendRaw({ method: 'PUT', url, headers: { ...headers, authorization }, body });
      if (status !== 201) throw new Error(`The file to attack could not be stored: ${status}.`);
    }
    return tokens;
  }

  async #begin(): Promise<Ticket> {
    const fileName = `ticket-${randomBytes(6).toString('hex')}.png`;
    const body = { fileName, contentType: 'image/png', size: attackedFile.length, method: 'PUT' };
    const answer = await this.#call('a', 'POST', `${this.#path}/uploads`, body);
    return { ...(JSON.parse(answer.body.toString()) as Omit<Ticket, 'fileName'>), fileName };
  }

  async #readUrl(): Promise<string> {
    const answer = await this.#call('a', 'GET', `${this.#path}/files/${name}/url`);
    return (JSON.parse(answer.body.toString()) as { url: string }).url;
  }

  /** An open ticket and what it brought would be left behind. */
  async #tidy({ token, fileName }: Ticket): Promise<void> {
    await this.#call('a', 'DELETE', '/api/uploads', { token });
    await this.#call('a', 'DELETE', `${this.#path}/files/${fileName}`);
  }

  async #call(as: 'a', method: string, path: string, json?: object): Promise<RawAnswer> {
    const { [as]: token } = await this.#ready();
    const body = json && Buffer.from(JSON.stringify(json));
    const headers = { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) };
    return sendRaw({ method, url: this.demo.origin + path, headers, ...(body && { body }) });
  }
}

const nothing = async (): Promise<void> => {};
