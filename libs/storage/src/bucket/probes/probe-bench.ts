import { randomBytes } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { layout } from '../../keys/layout.js';
import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import { ObjectStore } from '../../s3/object-store.js';
import { writeProtection } from '../../s3/write-protection.js';
import type { Area } from '../../s3/area.js';
import { OrgClients } from '../../s3/org-clients.js';
import { Presigner } from '../../s3/presigner.js';
import { canonicalQuery, escapePath } from '../../s3/canonical.js';
import {
  QuerySigner,
  type PostCondition,
  type ScopedSigner,
  type SigningCredentials,
  type UnsignedRequest,
} from '../../s3/signature.js';
import type { StorageSettings } from '../../storage.settings.js';
import { keepsObjects } from './retention.js';
import { formBody, send, type WireAnswer, type WireRequest } from './wire.js';

/** Organisations that no application hands out: the two highest ids. */
export const reservedOrg = parseOrgId('9223372036854775807');
export const otherReservedOrg = parseOrgId('9223372036854775806');

export const probeBytes = 'probe';

export interface Signed {
  /** Seconds ago; negative for the future. Default 0. */
  age?: number;
  /** Seconds. Default 300. */
  expiresIn?: number;
  /** Whose credentials, where there is a tenant role; `app` for the application's own. Default: the reserved organisation's. */
  as?: OrgId | 'app';
  /** Which of an organisation's credentials. Default: those for its files. */
  area?: Area;
}

export interface ProbeRequest {
  method?: UnsignedRequest['method'];
  /** A whole key, or any text that should not be one; empty for the bucket. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  /** Signed and sent. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

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
    /** Whether the bucket keeps every new object for a time, whoever wants to delete it. */
    readonly retention: boolean,
    /** Every key that a probe may have created. */
    readonly touched: Map<string, OrgId> = new Map(),
  ) {
    this.#signer = new QuerySigner(settings.region);
    this.#clients = new OrgClients(settings, main);
    this.store = new ObjectStore(settings, this.#clients, new Presigner(settings));
  }

  static async open(settings: StorageSettings, main: S3Client, signal?: AbortSignal): Promise<ProbeBench> {
    const key = layout.logo(reservedOrg);
    const presigner = new Presigner(settings);
    const grant = await presigner.grant(main, { expiresIn: 60 });
    const { url } = presigner.url(grant, reservedOrg, key, { method: 'GET' });
    const { origin, pathname } = new URL(url);
    return new ProbeBench(
      settings,
      main,
      origin,
      pathname.slice(0, -key.length),
      signal,
      await keepsObjects(settings, main),
    );
  }

  /** The same, for a store that cannot do all that the settings ask for. */
  with(settings: Partial<StorageSettings>): ProbeBench {
    const changed = { ...this.settings, ...settings };
    return new ProbeBench(changed, this.main, this.origin, this.pathPrefix, this.signal, this.retention, this.touched);
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
  protection(): Record<string, string> {
    const { ServerSideEncryption, SSEKMSKeyId, ACL } = writeProtection(this.settings) as Record<string, string>;
    return {
      ...(ServerSideEncryption && { 'x-amz-server-side-encryption': ServerSideEncryption }),
      ...(SSEKMSKeyId && { 'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId }),
      ...(ACL && { 'x-amz-acl': ACL }),
    };
  }

  /** The headers of an upload of `probeBytes`, as a ticket has them. */
  uploadHeaders(): Record<string, string> {
    return { 'content-length': String(probeBytes.length), 'content-type': 'text/plain', ...this.protection() };
  }

  async sign(request: ProbeRequest, { age, expiresIn, as = reservedOrg, area }: Signed = {}): Promise<WireRequest> {
    const { method = 'GET', key = '', query = {}, headers = {}, body } = request;
    const path = key === '' ? this.pathPrefix.slice(0, -1) || '/' : `${this.pathPrefix}${escapePath(key)}`;
    const client = as === 'app' ? this.main : this.#clients.for(as, area);
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
    const { 'x-amz-acl': acl, ...encryption } = this.protection();
    const fields = { 'Content-Type': 'text/plain', ...(acl && { acl }), ...encryption, success_action_status: '201' };
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
    const headers = { ...this.uploadHeaders(), 'content-length': String(text.length) };
    return this.ask({ method: 'PUT', key, headers, body: text }, { as });
  }

  #own<K extends string>(key: K, org: OrgId): K {
    this.touched.set(key, org);
    return key;
  }

  #name(): string {
    return `doctor-${this.run}-${++this.#count}`;
  }
}
