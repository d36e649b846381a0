import { isChecksummed } from '../../checksums/index.js';
import { S3Error } from '../../errors/s3-error.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import { checkKey } from '../../http/request.js';
import { checkUnlocked } from '../../lock/object-lock.js';
import { checkWriteConditions } from '../../object/conditions.js';
import { authorise } from '../../request/authorise.js';
import type { Context, Operation } from '../../request/context.js';
import { readXmlDocument } from '../../request/document.js';
import { newVersionId } from '../../request/version-id.js';
import { only } from '../../xml/elements.js';
import type { XmlElement } from '../../xml/xml-reader.js';

const MAX_KEYS = 1000;
/** 2 MB: S3 API reference, "DeleteObjects". */
const LIMITS = { bytes: 2 * 1024 * 1024, pieces: 6 * MAX_KEYS };

interface Deleted {
  /** of the version that is gone, or of the delete marker that was made */
  readonly versionId?: string;
  readonly deleteMarker?: boolean;
}

function deleteVersion(ctx: Context, key: string, versionId: string): Deleted {
  const { store } = ctx.s3;
  const version = store.objects(ctx.bucket).find(key, versionId);
  if (!version) return { versionId };
  if (!version.deleteMarker) checkUnlocked(ctx, version);
  store.commit({ type: 'removeVersion', bucket: ctx.bucket, key, versionId });
  return { versionId, deleteMarker: version.deleteMarker };
}

/** Without a version: the object goes for good, or behind a delete marker when the bucket keeps versions. */
function deleteCurrent(ctx: Context, key: string): Deleted {
  const { store, clock } = ctx.s3;
  if (!store.bucket(ctx.bucket).versioning) {
    if (store.objects(ctx.bucket).find(key, 'null')) {
      store.commit({ type: 'removeVersion', bucket: ctx.bucket, key, versionId: 'null' });
    }
    return {};
  }
  const marker = {
    key,
    versionId: newVersionId(ctx),
    deleteMarker: true,
    lastModified: clock.now().getTime(),
  } as const;
  store.commit({ type: 'version', bucket: ctx.bucket, version: marker });
  return { versionId: marker.versionId, deleteMarker: true };
}

const remove = (ctx: Context, key: string, versionId: string | undefined): Deleted =>
  versionId === undefined ? deleteCurrent(ctx, key) : deleteVersion(ctx, key, versionId);

function deleteObject(ctx: Context): Answer {
  const match = ctx.request.headers['if-match'];
  checkWriteConditions(ctx, ctx.key, { 'if-match': match });
  const { versionId, deleteMarker } = remove(ctx, ctx.key, ctx.request.query.get('versionId'));
  return noContent({ 'x-amz-version-id': versionId, 'x-amz-delete-marker': deleteMarker ? 'true' : undefined });
}

async function deleteObjects(ctx: Context): Promise<Answer> {
  if (!isChecksummed(ctx.request.headers))
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
  const request = only(await readXmlDocument(ctx, 'Delete', LIMITS), 'Object', 'Quiet');
  const objects = request.all('Object');
  if (objects.length === 0 || objects.length > MAX_KEYS) throw new S3Error('MalformedXML');
  const quiet = request.textOf('Quiet') === 'true';
  const entries = objects.map((object) => ({ key: checkKey(checkEntry(object).textOf('Key') ?? ''), object }));
  const results = entries.map(({ key, object }) => deleteListed(ctx, key, object));
  return xmlAnswer('DeleteResult', {
    Deleted: results.flatMap((result) => (result.deleted && !quiet ? [result.deleted] : [])),
    Error: results.flatMap((result) => (result.error ? [result.error] : [])),
  });
}

/** Conditions on size and time are those of directory buckets: S3 API reference, "ObjectIdentifier". */
function checkEntry(object: XmlElement): XmlElement {
  const condition = object.names.find((name) => name === 'Size' || name === 'LastModifiedTime');
  if (condition) throw new S3Error('NotImplemented', undefined, { Element: condition });
  return only(object, 'Key', 'VersionId', 'ETag');
}

function deleteListed(ctx: Context, key: string, object: XmlElement) {
  const VersionId = object.textOf('VersionId') || undefined;
  const action = VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  try {
    authorise(ctx, { action, bucket: ctx.bucket, key, versionId: VersionId });
    const etag = object.textOf('ETag');
    checkWriteConditions(ctx, key, { 'if-match': etag });
    const { versionId, deleteMarker } = remove(ctx, key, VersionId);
    const marker = deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {};
    return { deleted: { Key: key, VersionId, ...marker } };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return { error: { Key: key, VersionId, Code: error.code, Message: error.message } };
  }
}

export const deleteOperations: readonly Operation[] = [
  {
    name: 'DeleteObject',
    method: 'DELETE',
    level: 'object',
    params: ['versionId'],
    action: 's3:DeleteObject',
    versionAction: 's3:DeleteObjectVersion',
    run: deleteObject,
  },
  // each key is authorised by itself
  { name: 'DeleteObjects', method: 'POST', level: 'bucket', query: 'delete', run: deleteObjects },
];
