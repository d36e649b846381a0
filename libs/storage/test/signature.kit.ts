import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';

export const at = new Date('2026-03-01T12:34:56Z');
export const longLived = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const temporary = { ...longLived, accessKeyId: 'ASIAEXAMPLE', sessionToken: 'FQoGZXIvYXdzE+/=Token//with+signs==' };

export interface Store {
  name: string;
  config: S3ClientConfig;
  bucket: string;
  origin: string;
  prefix: string;
}

export const stores: Store[] = [
  {
    name: 'virtual-hosted',
    config: { region: 'eu-central-1', credentials: longLived },
    bucket: 'clinic-files',
    origin: 'https://clinic-files.s3.eu-central-1.amazonaws.com',
    prefix: '/',
  },
  {
    name: 'dotted bucket, temporary keys',
    config: { region: 'us-east-1', credentials: temporary },
    bucket: 'clinic.files',
    origin: 'https://s3.us-east-1.amazonaws.com',
    prefix: '/clinic.files/',
  },
  {
    name: 'path style on a port',
    config: { region: 'us-east-1', credentials: longLived, endpoint: 'http://127.0.0.1:9000', forcePathStyle: true },
    bucket: 'clinic-files',
    origin: 'http://127.0.0.1:9000',
    prefix: '/clinic-files/',
  },
];

const plain = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const;
export const sdk = (store: Store) => new S3Client({ ...store.config, ...plain });
export const credentials = (store: Store) => store.config.credentials as typeof temporary;

const corpus = JSON.parse(readFileSync(new URL('../src/keys/key-corpus.json', import.meta.url), 'utf8')) as {
  paths: { path: string; verdict: string }[];
};
/** Every key of the corpus that an organisation may have. */
export const corpusKeys = corpus.paths
  .filter(({ verdict }) => verdict === 'accept')
  .map(({ path }) => `11/${path.normalize('NFC')}`);

/** The same request with the parameter that names its grant. */
export function withGrant<C extends object>(command: C, grant: string): C {
  const { middlewareStack } = command as { middlewareStack: { add(middleware: unknown, options: object): void } };
  middlewareStack.add(
    (next: (args: object) => unknown) => (args: { request: { query: Record<string, string> } }) => {
      args.request.query['x-grant'] = grant;
      return next(args);
    },
    { step: 'build', name: 'grant' },
  );
  return command;
}
