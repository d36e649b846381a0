import { Test } from '@nestjs/testing';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import { FormUploadsService } from '../kinds/form-upload.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import { runs } from '../../test/long.js';
import { testNeeding } from '../../test/needs.js';
import { startTestStorage } from '../testing/test-storage.js';
import { NodeXMLHttpRequest } from '../../test/stand-ins/xml-http-request.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import type { UploadStep } from './upload-requests.js';

(globalThis as { XMLHttpRequest?: unknown }).XMLHttpRequest = NodeXMLHttpRequest;

const storage = await startTestStorage();
const onEmbedded = testNeeding(storage, 'embedded server');
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const forms = module.get(FormUploadsService);
const uploads = module.get(DirectUploads);
const one = parseOrgId('1');
const by = 'patient-7';
const MiB = 1 << 20;

afterEach(async () => {
  if (storage.isEmbedded) storage.s3.faults.clear();
  await storage.empty();
});
afterAll(async () => {
  await module.close();
  await storage.close();
});

const movie = (size: number) => {
  const head = Buffer.from('0000001c66747970697361000000020069736f6d69736f32617663316d703431', 'hex');
  const bytes = Buffer.alloc(size, 'moving pictures ');
  head.copy(bytes);
  bytes.write('isom', 8, 'latin1');
  return bytes;
};

async function begin(bytes: Buffer, fileName: string, multipart: boolean) {
  const place = { formId: '201', customFieldId: '7', fileName };
  const declared = { contentType: 'video/mp4', size: bytes.length, method: 'PUT' as const, multipart };
  return forms.beginUpload(one, place, declared, { by });
}

/** What Uppy says of the faults that are made here on purpose. */
const quiet = { debug: () => {}, warn: () => {}, error: () => {} };

/** What a page does: the ticket's token goes to our own `sign` endpoint, the rest is Uppy's. */
function uppyFor(bytes: Buffer, token: string, multipart: boolean, partSize: number) {
  const uppy = new Uppy<Record<string, unknown>, Record<string, unknown>>({ autoProceed: false, logger: quiet }).use(
    AwsS3,
    {
      shouldUseMultipart: multipart,
      getChunkSize: () => partSize,
      signRequest: (step: UploadStep) => uploads.sign(one, token, step, { by }),
    } as never,
  );
  uppy.addFile({ name: 'film.mp4', type: 'video/mp4', data: new Blob([bytes as Uint8Array<ArrayBuffer>]) });
  return uppy;
}

/** As in the docs: whatever Uppy heard from the store, `complete` decides. */
function decidedByComplete(uppy: ReturnType<typeof uppyFor>, token: string) {
  uppy.addPostProcessor(async (fileIDs) => {
    for (const id of fileIDs) {
      const error = await uploads.complete(one, token, { by }).then(
        () => null,
        ({ message }: Error) => message,
      );
      uppy.setFileState(id, { error });
    }
  });
  return uppy;
}

const requestsOf = (operation: string) =>
  storage.s3.requests.list().filter((request) => request.operation === operation);

test('a single upload', async () => {
  const bytes = movie(300_000);
  const ticket = await begin(bytes, 'film.mp4', false);
  const result = await uppyFor(bytes, ticket.token, false, MiB).upload();
  expect(result?.failed).toEqual([]);
  expect(await uploads.complete(one, ticket.token, { by })).toMatchObject({ fileName: 'film.mp4', size: bytes.length });
});

/** Of 8 MiB. */
const partCount = runs(6, 25);

onEmbedded(
  'a film in parts, paused, resumed, and resumed again by another page',
  async () => {
    const bytes = movie(partCount * 8 * MiB);
    const ticket = await begin(bytes, 'long.mp4', true);
    if (ticket.method !== 'MULTIPART') throw new Error(ticket.method);
    expect(ticket).toMatchObject({ partSize: 8 * MiB, partCount });
    storage.s3.requests.clear();

    const first = uppyFor(bytes, ticket.token, true, ticket.partSize);
    const [file] = first.getFiles();
    let parts = 0;
    const left = new Promise<void>((resolve) => {
      first.on(
        's3-multipart:part-uploaded' as never,
        (() => {
          parts += 1;
          if (parts === 2) {
            first.pauseAll();
            setImmediate(() => first.resumeAll());
          }
          if (parts === 4) {
            first.pauseAll();
            resolve();
          }
        }) as never,
      );
    });
    void first.upload();
    await left;
    const state = (first.getFile(file!.id) as unknown as { s3Multipart?: object }).s3Multipart;
    expect(state).toBeDefined();

    const second = uppyFor(bytes, ticket.token, true, ticket.partSize);
    second.setFileState(second.getFiles()[0]!.id, { s3Multipart: state } as never);
    const result = await second.upload();
    expect(result?.failed).toEqual([]);

    const stored = await uploads.complete(one, ticket.token, { by });
    expect(stored).toMatchObject({ contentType: 'video/mp4', size: bytes.length });
    expect(requestsOf('CreateMultipartUpload')).toHaveLength(1);
    expect(requestsOf('ListParts').length).toBeGreaterThanOrEqual(2);
    expect(requestsOf('UploadPart').length).toBeLessThan(partCount + 4);
    expect(await storage.contents()).toEqual({ keys: ['1/uploads/forms/201/field_7/long.mp4'], openUploads: [] });
    const head = await storage.raw.send(
      new HeadObjectCommand({ Bucket: storage.bucket, Key: '1/uploads/forms/201/field_7/long.mp4' }),
    );
    expect(head).toMatchObject({
      ContentLength: bytes.length,
      ServerSideEncryption: 'AES256',
      ContentType: 'video/mp4',
    });
  },
  runs(120_000, 600_000),
);

describe('an answer that is lost', () => {
  onEmbedded('to PUT: Uppy sends again, hears 412, and the upload ends in success', async () => {
    const bytes = movie(300_000);
    const ticket = await begin(bytes, 'put.mp4', false);
    const incoming = /^incoming\/1\/[^.]+$/;
    storage.s3.requests.clear();
    storage.s3.faults.add({ operation: 'PutObject', key: incoming, action: { cutAfterBytes: bytes.length } });
    const result = await decidedByComplete(uppyFor(bytes, ticket.token, false, MiB), ticket.token).upload();
    expect([result?.failed, result?.successful?.length]).toEqual([[], 1]);
    const sent = requestsOf('PutObject').filter(({ key = '' }) => incoming.test(key));
    expect(sent.map(({ status, code }) => code ?? status)).toEqual([200, 'PreconditionFailed']);
    expect(await storage.contents()).toEqual({ keys: ['1/uploads/forms/201/field_7/put.mp4'], openUploads: [] });
  });

  /** S3 answers a completion that comes again as it did before, for a while; others, and S3 later, know the upload no more. */
  onEmbedded.each([
    ['hears the same again', undefined, 200],
    ['hears 404', { errorCode: 'NoSuchUpload' } as const, 'NoSuchUpload'],
  ])('to the completion of parts: Uppy %s, and the upload ends in success', async (_what, action, heard) => {
    const bytes = movie(9 * MiB);
    const ticket = await begin(bytes, 'parts.mp4', true);
    const part = (number: number) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${'0'.repeat(32)}</ETag></Part>`.length;
    const cutAfterBytes = '<CompleteMultipartUpload></CompleteMultipartUpload>'.length + part(1) + part(2);
    storage.s3.requests.clear();
    storage.s3.faults.add({ operation: 'CompleteMultipartUpload', action: { cutAfterBytes } });
    if (action) storage.s3.faults.add({ operation: 'CompleteMultipartUpload', action });
    const result = await decidedByComplete(uppyFor(bytes, ticket.token, true, 8 * MiB), ticket.token).upload();
    expect([result?.failed, result?.successful?.length]).toEqual([[], 1]);
    const made = requestsOf('CompleteMultipartUpload').map(({ status, code }) => code ?? status);
    expect(made).toEqual([200, heard]);
    expect(await storage.contents()).toEqual({ keys: ['1/uploads/forms/201/field_7/parts.mp4'], openUploads: [] });
  });

  onEmbedded('what never arrived is no success, and can be tried again', async () => {
    const bytes = movie(300_000);
    const ticket = await begin(bytes, 'again.mp4', false);
    storage.s3.faults.add({ operation: 'PutObject', key: /^incoming/, action: 'refuse' });
    const uppy = decidedByComplete(uppyFor(bytes, ticket.token, false, MiB), ticket.token);
    expect((await uppy.upload())?.failed).toHaveLength(1);
    expect((await uppy.retryAll())?.failed).toEqual([]);
  });
});

onEmbedded('a connection cut in the middle of a part is made up for', async () => {
  const bytes = movie(17 * MiB);
  const ticket = await begin(bytes, 'cut.mp4', true);
  storage.s3.faults.add({ operation: 'UploadPart', action: { cutAfterBytes: 100_000 }, times: 1 });
  const result = await uppyFor(bytes, ticket.token, true, 8 * MiB).upload();
  expect(result?.failed).toEqual([]);
  expect(await uploads.complete(one, ticket.token, { by })).toMatchObject({ size: bytes.length });
});

test('cancelled in Uppy, nothing stays', async () => {
  const bytes = movie(17 * MiB);
  const ticket = await begin(bytes, 'gone.mp4', true);
  const uppy = uppyFor(bytes, ticket.token, true, 8 * MiB);
  const cancelled = new Promise<void>((resolve) => {
    uppy.on(
      's3-multipart:part-uploaded' as never,
      (() => {
        uppy.cancelAll();
        resolve();
      }) as never,
    );
  });
  void uppy.upload();
  await cancelled;
  await uploads.abandon(one, ticket.token, { by });
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});
