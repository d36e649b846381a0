import type { NestExpressApplication } from '@nestjs/platform-express';
import { SignJWT } from 'jose';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestStorage, type TestStorage } from 'nest-tenant-storage/testing';
import { createApp } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { undescribed, type Description, type Answer } from './described.js';

export const jwtSecret = 'a secret of the tests that is long enough for HS256';
export const issuer = 'https://login.test/';
export const audience = 'clinic-api';

export type { Answer };

export interface Person {
  org: unknown;
  sub?: string;
  role?: string;
}

export interface Options {
  as?: Person;
  token?: string;
  headers?: Record<string, string | string[]>;
  body?: Uint8Array | string | object;
  /** Writes the body itself; the request is ended by whoever has it. */
  write?: (request: ClientRequest) => void;
}

/** The demo over real HTTP, on a bucket that tests can look into. */
export interface Demo {
  app: NestExpressApplication;
  origin: string;
  storage: TestStorage;
  /** One request, with its path as it is: nothing is normalised on the way. An answer that the API's description does not have fails. */
  call(method: string, path: string, options?: Options): Promise<Answer>;
  close(): Promise<void>;
}

/** The same for every application that a file of tests starts. */
let api: Description | undefined;

/** A token as the clinic's own sign-in would make it. */
export const tokenOf = ({ org, sub = 'ada', role = 'admin' }: Person): Promise<string> =>
  new SignJWT({ org_id: org, role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('12h')
    .sign(Buffer.from(jwtSecret));

const kept = new Map<string, Promise<string>>();

/** The same token for all requests of a person. */
function keptTokenOf(person: Person): Promise<string> {
  const key = JSON.stringify(person);
  const token = kept.get(key) ?? tokenOf(person);
  kept.set(key, token);
  return token;
}

/** By hand, for what no library would sign. */
export function signByHand(header: object, payload: object, secret: string): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/**
 * With the settings of sign-in alike for all that run at once, since Passport keeps its strategies per process. On
 * `shared`, it is another process beside the one that made that storage and will close it.
 */
export async function startDemo(env: Record<string, string> = {}, shared?: TestStorage): Promise<Demo> {
  const storage = shared ?? (await startTestStorage({ embeddedOnly: true }));
  const dataDir = mkdtempSync(join(tmpdir(), 'demo-api-'));
  const { accessKeyId, secretAccessKey } = storage.s3.credentials;
  const app = await createApp(
    readConfig({
      DEMO_DATA_DIR: dataDir,
      ACCESS_LOG: 'false',
      S3_BUCKET: storage.bucket,
      S3_REGION: storage.s3.region,
      S3_ENDPOINT: storage.s3.endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      JWT_ALGORITHM: 'HS256',
      JWT_SECRET: jwtSecret,
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      UPLOAD_TOKEN_SECRETS: 'another secret of the tests for upload tokens',
      ...env,
    }),
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  api ??= (await call(port, 'GET', '/api/docs-json')).json as unknown as Description;
  const description = api;
  return {
    app,
    origin: `http://127.0.0.1:${port}`,
    storage,
    call: async (method, path, options) => {
      const answer = await call(port, method, path, options);
      const mistakes = undescribed(description, method, path, answer);
      if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
      return answer;
    },
    close: async () => {
      await app.close();
      if (!shared) await storage.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function call(port: number, method: string, path: string, options: Options = {}): Promise<Answer> {
  const { as, token = as && (await keptTokenOf(as)), headers = {}, body, write } = options;
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const bytes = isJson ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method,
      port,
      path,
      host: '127.0.0.1',
      agent: false,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(isJson && { 'content-type': 'application/json' }),
        ...(bytes !== undefined && { 'content-length': Buffer.byteLength(bytes) }),
        ...headers,
      },
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, json: jsonOf(body) });
        request.destroy();
      });
    });
    request.on('error', reject);
    if (write) write(request);
    else request.end(bytes);
  });
}

function jsonOf(body: Buffer): Answer['json'] {
  try {
    return JSON.parse(body.toString()) as Answer['json'];
  } catch {
    return {};
  }
}

/** What must be the same for a foreign and for an absent file: everything but the moment and the name of the request. */
export function apartFromDate({ status, headers, body }: Answer) {
  return { status, headers: { ...headers, date: undefined, 'x-request-id': undefined }, body: body.toString() };
}
