import type { Answer, Person } from '../demo.harness.js';
import { Random } from './random.js';
import { pictureOf, type Org, type Process, type World } from './world.js';

/** An upload that began, and how far it came. */
export interface Ticket {
  path: string;
  token: string;
  url: string;
  headers: Record<string, string>;
  by: Person;
  bytes: Buffer;
}

export interface Ended extends Ticket {
  at: Process;
  how: 'completed' | 'refused' | 'abandoned';
}

/** People of one organisation, and a field that only they write: what must be in it is known at any moment. */
export class Worker {
  readonly random: Random;
  readonly field: string;
  readonly patient: Person;
  readonly admin: Person;
  /** What is there, by path. */
  readonly model = new Map<string, Buffer>();
  /** Begun and nothing sent, for whoever finds them. */
  readonly open: Ticket[] = [];
  readonly ended: Ended[] = [];
  #names = 0;

  constructor(
    readonly world: World,
    readonly org: Org,
    number: number,
    seed: number,
  ) {
    this.random = new Random(seed);
    // The same in every organisation.
    this.field = `/api/forms/70/fields/${number}`;
    this.patient = { org, sub: `patient-${number}`, role: 'patient' };
    this.admin = { org, sub: `admin-${number}`, role: 'admin' };
  }

  get someone(): Person {
    return this.random.pick([this.patient, this.admin]);
  }

  get somewhere(): Process {
    return this.random.pick([0, 1]);
  }

  freshName(): string {
    return `of-org-${this.org}-${(this.#names += 1)}.png`;
  }

  pathOf(name: string): string {
    return `${this.field}/files/${name}`;
  }

  async begin(name = this.freshName(), by = this.someone): Promise<Ticket> {
    const bytes = pictureOf(this.org, `${name}-${this.random.below(1e6)}`);
    const body = { fileName: name, contentType: 'image/png', size: bytes.length, method: 'PUT' };
    const { status, json } = await this.world.ask('POST', `${this.field}/uploads`, {
      as: by,
      at: this.somewhere,
      body,
    });
    this.world.expect(status === 201, 'an honest upload is not begun', status, json);
    const { token, url, headers } = json as unknown as Ticket;
    return { path: this.pathOf(name), token, url, headers, by, bytes };
  }

  send({ url, headers, bytes }: Ticket, body: Uint8Array = bytes): Promise<Answer> {
    return this.world.askStore('PUT', url, { headers: { ...headers, 'content-length': String(body.length) }, body });
  }

  complete({ token, by }: Ticket, at = this.somewhere, as = by): Promise<Answer> {
    return this.world.ask('POST', '/api/uploads/complete', { as, at, body: { token } });
  }

  end(ticket: Ticket, how: Ended['how'], at: Process): void {
    this.ended.push({ ...ticket, how, at });
    if (how === 'completed') this.model.set(ticket.path, ticket.bytes);
  }

  /** One name of the field: what is there is what must be. */
  async verify(path: string, at = this.somewhere): Promise<void> {
    const { status, body } = await this.world.ask('GET', `${path}/content`, { as: this.someone, at });
    const expected = this.model.get(path);
    if (expected)
      this.world.expect(status === 200 && expected.equals(body), 'a file is not as it was left', path, status);
    else this.world.expect(status === 404, 'a file that must not be there', path, status);
  }

  /** The whole field. */
  async verifyAll(): Promise<void> {
    const { json } = await this.world.ask('GET', `${this.field}/files`, { as: this.someone, at: this.somewhere });
    const items = (json.items ?? []) as { fileName: string }[];
    const listed = items.map(({ fileName }) => this.pathOf(fileName)).toSorted();
    this.world.expect(`${listed}` === `${[...this.model.keys()].toSorted()}`, 'a list is not what is there', listed);
    for (const path of this.model.keys()) await this.verify(path);
  }
}
