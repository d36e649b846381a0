import { randomBytes } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { layout } from '../../keys/layout.js';
import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import { ObjectStore } from '../../store/object-store.js';
import { protectionOf, type Protection } from '../../store/writing/protection.js';
import { protectionAsFields, protectionAsHeaders } from '../../store/writing/write-headers.js';
import { OrgClients } from '../../store/client/org-clients.js';
import { Presigner } from '../../store/signing/presigner.js';
import { canonicalQuery, escapePath } from '../../store/signing/canonical.js';
import {
  QuerySigner,
  type PostCondition,
  type ScopedSigner,
  type SigningCredentials,
} from '../../store/signing/signature.js';
import { hasKeys } from '../../options/encryption.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import type { ProbeRequest, Signed, Touched } from './probe-request.js';
import { objectLockOf, type ObjectLock } from './retention.js';
import { formBody, send, type WireAnswer, type WireRequest } from './wire.js';

/** Organisations that no application hands out: the two highest ids. */
export const reservedOrg = parseOrgId('9223372036854775807');
export const otherReservedOrg = parseOrgId('9223372036854775806');

export const probeBytes = 'probe';

/**
 * What probes work with: keys of their own under reserved organisations, requests signed with whatever date, headers and
 * key a guard is to be tried with, and a memory of everything that may have been written.
 */
export class ProbeBench {
  readonly store: ObjectStore;
  readonly run = randomBytes(6).toString('hex');
  readonly #signer: QuerySigner;
  readonly #clients: OrgClients;
  #count = 0;

  private constructor(
    readonly settings: StorageSettings,
    readonly main: S3Client,
    readonly origin: string,
    private readonly pathPrefix: string,
    private readonly signal: AbortSignal | undefined,
    readonly lock: ObjectLock,
    /** Of the reserved organisations, where each has a key of KMS. */
    private readonly protections: ReadonlyMap<OrgId, Protection>,
    /** Every key that a probe may have created. */
    readonly touched: Map<string, Touched> = new Map(),
  ) {
    this.#signer = new QuerySigner(settings.region);
    this.#clients = new OrgClients(settings, main);
    this.store = new ObjectStore(settings, this.#clients, new Presigner(settings));
  }

  static async open(settings: StorageSettings, main: S3Client, signal?: AbortSignal): Promise<ProbeBench> {
    const key = layout.logo(reservedOrg);
    const presigner = new Presigner(settings);
    const moment = await presigner.moment(main, { expiresIn: 60 });
    const { url } = presigner.url(moment, reservedOrg, key, { method: 'GET' });
    const { origin, pathname } = new URL(url);
    const orgs = hasKeys(settings.encryption) ? [reservedOrg, otherReservedOrg] : [];
    const protections = await Promise.all(
      orgs.map(async (org) => [org, await protectionOf(settings, org, `${org}/`)] as const),
    );
    return new ProbeBench(
      settings,
      main,
      origin,
      pathname.slice(0, -key.length),
      signal,
      await objectLockOf(settings, main),
      new Map(protections),
    );
  }

  /** The same, for a store that cannot do all that the settings ask for. */
  with(settings: Partial<StorageSettings>): ProbeBench {
    const changed = { ...this.settings, ...settings };
    const { main, origin, pathPrefix, signal, lock, protections, touched } = this;
    return new ProbeBench(changed, main, origin, pathPrefix, signal, lock, protections, touched);
  }

  close(): void {
    this.#clients.destroy();
  }

  /** A key that direct uploads would write to. */
  incoming(): ObjectKey {
    return this.#own(layout.incoming(reservedOrg, { uploadId: `${this.#name()}` }), reservedOrg);
  }

  /** A key that files end up at. */
  file(org: OrgId = reservedOrg): ObjectKey {
    const place = { formId: this.#name(), customFieldId: 'probe', fileName: 'probe.txt' };
    return this.#own(layout.formUpload(org, place), org);
  }

  folder(): KeyPrefix {
    return layout.formField(reservedOrg, { formId: this.#name(), customFieldId: 'probe' });
  }

  /** A key that the key policy would not make. */
  outside(): string {
    return this.#own(`${reservedOrg}/${this.#name()}/probe.txt`, reservedOrg);
  }

  /** What every write of the module says of itself, as headers. */
  protection(org: OrgId = reservedOrg): Record<string, string> {
    return protectionAsHeaders(this.#protectionOf(org));
  }

  /** The headers of an upload of `probeBytes`, as a ticket has them. */
  uploadHeaders(org: OrgId = reservedOrg): Record<string, string> {
    return { 'content-length': String(probeBytes.length), 'content-type': 'text/plain', ...this.protection(org) };
  }

  async sign(request: ProbeRequest, { age, expiresIn, as = reservedOrg, user }: Signed = {}): Promise<WireRequest> {
    const { method = 'GET', key = '', query = {}, headers = {}, body } = request;
    const touched = this.touched.get(key);
    if (touched && method === 'POST' && 'uploads' in query) touched.hasUpload = true;
    const path = key === '' ? this.pathPrefix.slice(0, -1) || '/' : `${this.pathPrefix}${escapePath(key)}`;
    const client = as === 'app' ? this.main : this.#clients.for(as, user);
    const credentials = await client.config.credentials();
    const url = this.#signing(credentials, age, expiresIn).url({ method, path, query: canonicalQuery(query), headers });
    return { method, url, headers, ...(body !== undefined && { body }) };
  }

  /** Signs and sends; `change` is what a dishonest client does in between. */
  async ask(request: ProbeRequest, signed?: Signed, change: Partial<WireRequest> = {}): Promise<WireAnswer> {
    return this.send({ ...(await this.sign(request, signed)), ...change });
  }

  async post(
    key: string,
    conditions: readonly PostCondition[],
    change: { fields?: Record<string, string>; file?: string; age?: number; expiresIn?: number } = {},
  ): Promise<WireAnswer> {
    const asked = protectionAsFields(this.#protectionOf(reservedOrg));
    const fields = { 'Content-Type': 'text/plain', ...asked, success_action_status: '201' };
    const credentials = await this.#clients.for(reservedOrg).config.credentials();
    const target = { bucket: this.settings.bucket, key, fields, conditions };
    const signed = this.#signing(credentials, change.age, change.expiresIn).post(target);
    const form = formBody({ ...signed, ...change.fields }, change.file ?? probeBytes);
    return this.send({ method: 'POST', url: `${this.origin}${this.pathPrefix.slice(0, -1) || '/'}`, ...form });
  }

  /** Signs as if it had been done `age` seconds ago. */
  #signing(credentials: SigningCredentials, age = 0, expiresIn = 300): ScopedSigner {
    const at = new Date(Math.floor(Date.now() / 1000 - age) * 1000);
    return this.#signer.within({ origin: this.origin, credentials, at, expiresIn });
  }

  send(request: WireRequest, { always = false } = {}): Promise<WireAnswer> {
    return send(request, { signal: always ? undefined : this.signal, timeoutMs: this.settings.timeouts.request });
  }

  /** The path of a key without escaping or resolving anything. */
  rawUrl(path: string): string {
    return `${this.origin}${this.pathPrefix}${path}`;
  }

  /** Puts `text` at a key as the module would. */
  async put(key: ObjectKey, text: string = probeBytes, as: OrgId = reservedOrg): Promise<WireAnswer> {
    const headers = { ...this.uploadHeaders(as), 'content-length': String(text.length) };
    return this.ask({ method: 'PUT', key, headers, body: text }, { as });
  }

  #own<K extends string>(key: K, org: OrgId): K {
    this.touched.set(key, { org });
    return key;
  }

  #protectionOf(org: OrgId): Protection {
    const { encryption, acl } = this.settings;
    if (!hasKeys(encryption)) return { encryption, acl };
    return { encryption: this.protections.get(org)?.encryption ?? 'AES256', acl };
  }

  #name(): string {
    return `doctor-${this.run}-${++this.#count}`;
  }
}
