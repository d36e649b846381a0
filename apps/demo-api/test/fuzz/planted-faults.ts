import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { DirectUploads, ObjectStore, StorageError, STORAGE_SETTINGS, type StorageSettings } from 'nest-tenant-storage';
import { samples, type TestStorage } from 'nest-tenant-storage/testing';
import type { IncomingMessage, Server } from 'node:http';
import { Readable } from 'node:stream';
import { OverMarkers } from '../../../../libs/storage/src/direct/over-markers.js';
import { UploadTokens } from '../../../../libs/storage/src/direct/upload-token.js';
import { RolesGuard } from '../../src/auth/roles.guard.js';
import { jwtSecret, signByHand, type Demo } from '../demo.harness.js';

interface Planted {
  /** How the violation that it leads to begins. */
  seenAs: string;
  plant(demo: Demo, storage: TestStorage): void;
}

const storeOf = ({ app }: Demo) => app.get(ObjectStore, { strict: false });
const uploadsOf = ({ app }: Demo) => app.get(DirectUploads, { strict: false });

/** Faults that an application or this library could have had, each put over what is there until mocks are restored. */
export const plantedFaults: Record<string, Planted> = {
  'the organisation comes from a header': {
    seenAs: 'bytes of another organisation',
    plant({ app }) {
      const server = app.getHttpServer() as Server;
      const emit = server.emit.bind(server);
      const emitting = (event: string, ...args: unknown[]) => {
        if (event === 'request') takeOrgFromHeader(args[0] as IncomingMessage);
        return emit(event, ...args);
      };
      jest.spyOn(server, 'emit').mockImplementation(emitting as never);
    },
  },
  'uploads that ended are forgotten': {
    seenAs: 'a step of an upload that is over is signed',
    plant() {
      jest.spyOn(OverMarkers.prototype, 'find').mockResolvedValue(undefined);
    },
  },
  'a patient may delete': {
    seenAs: 'a removal',
    plant() {
      jest.spyOn(RolesGuard.prototype, 'canActivate').mockResolvedValue(true);
    },
  },
  'content is not looked at': {
    seenAs: 'a lie about content',
    plant(demo) {
      const store = storeOf(demo);
      const read = store.readAtOnce.bind(store);
      jest.spyOn(store, 'readAtOnce').mockImplementation(async (org, key, options) => {
        const stream = await read(org, key, options);
        if (!key.startsWith('incoming/')) return stream;
        stream.body.destroy();
        return { ...stream, body: Readable.from([samples.png.bytes]) };
      });
    },
  },
  'a ticket serves anybody': {
    seenAs: 'a ticket of somebody else',
    plant(demo) {
      const uploads = uploadsOf(demo);
      const { tokenSecrets } = demo.app.get<StorageSettings>(STORAGE_SETTINGS, { strict: false });
      const tokens = new UploadTokens(tokenSecrets);
      for (const verb of ['complete', 'sign', 'describe', 'abandon'] as const) {
        const real = uploads[verb].bind(uploads) as (...args: unknown[]) => Promise<never>;
        jest.spyOn(uploads, verb).mockImplementation(async (...args: unknown[]) => {
          const { org, by } = await tokens.open(args[1] as string);
          return real(org, ...args.slice(1, -1), { by });
        });
      }
    },
  },
  'copies have no condition': {
    seenAs: 'a race with other than one winner',
    plant(demo) {
      const store = storeOf(demo);
      const copy = store.copy.bind(store);
      jest
        .spyOn(store, 'copy')
        .mockImplementation((org, from, to, options) => copy(org, from, to, { ...options, ifAbsent: false }));
    },
  },
  'uploads through the API have no condition': {
    seenAs: 'an upload through the API',
    plant(demo) {
      const store = storeOf(demo);
      const put = store.put.bind(store);
      jest
        .spyOn(store, 'put')
        .mockImplementation((org, key, bytes, options) => put(org, key, bytes, { ...options, ifAbsent: false }));
    },
  },
  'signed URLs are logged': {
    seenAs: 'a secret in the log',
    plant(demo) {
      const store = storeOf(demo);
      const presign = store.presign.bind(store);
      jest.spyOn(store, 'presign').mockImplementation(async (...args) => {
        const signed = await presign(...args);
        new Logger('Planted').warn(signed.url);
        return signed;
      });
    },
  },
  'another organisation’s file is told from none': {
    seenAs: 'foreign and absent differ',
    plant(demo, { contents }) {
      const store = storeOf(demo);
      for (const verb of ['head', 'read'] as const) {
        const real = store[verb].bind(store) as (...args: unknown[]) => Promise<never>;
        jest.spyOn(store, verb).mockImplementation(async (...args: unknown[]) => {
          const path = String(args[1]).replace(/^\d+\//, '/');
          const { keys } = await contents();
          if (!keys.includes(String(args[1])) && keys.some((key) => key.endsWith(path)))
            throw new StorageError('store_refused', 'This is not yours.');
          return real(...args);
        });
      }
    },
  },
};

function takeOrgFromHeader({ headers }: IncomingMessage): void {
  const { authorization, 'x-org-id': org } = headers;
  if (typeof org !== 'string' || !authorization) return;
  const claims = JSON.parse(Buffer.from(authorization.split('.')[1]!, 'base64url').toString()) as object;
  headers.authorization = `Bearer ${signByHand({ alg: 'HS256' }, { ...claims, org_id: org }, jwtSecret)}`;
}
