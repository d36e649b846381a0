import { CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

describe('copying and deleting', () => {
  const copy = (from: string, Key: string, more: object = {}) =>
    server.client.send(new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource: `${BUCKET}/${from}`, ...more }));

  test('takes metadata along, or replaces it', async () => {
    await server.put('source', 'copy me', { Metadata: { a: '1' }, ContentType: 'text/a', Tagging: 't=1' });
    await copy('source', 'copy');
    expect(await server.head('copy')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/a', TagCount: 1 });
    await copy('source', 'copy', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/b' });
    const { Metadata, ContentType } = await server.head('copy');
    expect([Metadata, ContentType]).toEqual([{ b: '2' }, 'text/b']);
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'source' }));
    expect((await server.read('copy')).toString()).toBe('copy me');
  });

  test('conditions on source and destination', async () => {
    const { ETag } = await server.put('from', 'x');
    expect(await refusal(copy('from', 'to', { CopySourceIfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await refusal(copy('from', 'to', { CopySourceIfNoneMatch: ETag }))).toBe('412 PreconditionFailed');
    await copy('from', 'to', { CopySourceIfMatch: ETag, IfNoneMatch: '*' });
    expect(await refusal(copy('from', 'to', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    server.s3.features.conditionalCopy = false;
    await copy('from', 'to', { IfNoneMatch: '*' });
    server.s3.features.conditionalCopy = true;
  });

  test('onto itself only with a change', async () => {
    await server.put('itself', 'x');
    expect(await refusal(copy('itself', 'itself'))).toBe('400 InvalidRequest');
    await copy('itself', 'itself', { MetadataDirective: 'REPLACE', Metadata: { a: '1' } });
    expect((await server.head('itself')).Metadata).toEqual({ a: '1' });
  });

  test.each([
    ['absent/key', '404 NoSuchBucket'],
    [`${BUCKET}/absent`, '404 NoSuchKey'],
    [`${BUCKET}/`, '400 InvalidArgument'],
    ['%zz/x', '400 InvalidArgument'],
  ])('from %s', async (CopySource, expected) => {
    expect(await refusal(copy('', 'never', { CopySource }))).toBe(expected);
  });

  test('deletes are idempotent, a thousand at once', async () => {
    await server.put('gone', 'x');
    const Objects = Array.from({ length: 999 }, (_, i) => ({ Key: `never-${i}` }));
    const command = new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'gone' }, ...Objects] } });
    expect((await server.client.send(command)).Deleted).toHaveLength(1000);
    expect(await server.keys()).not.toContain('gone');
    await server.put('gone', 'back again');
    expect(await server.keys()).toContain('gone');
    const tooMany = { Objects: [...Objects, { Key: 'a' }, { Key: 'b' }] };
    expect(await refusal(server.client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: tooMany })))).toBe(
      '400 MalformedXML',
    );
  });
});
