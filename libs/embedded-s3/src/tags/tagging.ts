import { noContent, xmlAnswer, type Answer } from '../http/answer.js';
import type { Context, Operation } from '../request/context.js';
import { readDocument } from '../request/document.js';
import { targetVersion } from '../request/target-version.js';
import { versionHeader } from '../request/version-id.js';
import { readTagging, tagSet, type Tags } from './tag-set.js';

function getObjectTagging(ctx: Context): Answer {
  const version = targetVersion(ctx);
  return xmlAnswer('Tagging', tagSet(version.tags), versionHeader(version.versionId));
}

async function putObjectTagging(ctx: Context): Promise<Answer> {
  const tags = readTagging(await readDocument(ctx), 10);
  return { status: 200, headers: versionHeader(changeTags(ctx, tags)) };
}

const deleteObjectTagging = (ctx: Context): Answer => noContent(versionHeader(changeTags(ctx, {})));

function changeTags(ctx: Context, tags: Tags): string {
  const version = targetVersion(ctx);
  ctx.s3.store.commit({ type: 'amend', bucket: ctx.bucket, version: { ...version, tags } });
  return version.versionId;
}

const tagging = { level: 'object', query: 'tagging', params: ['versionId'] } as const;

export const taggingOperations: readonly Operation[] = [
  {
    ...tagging,
    name: 'GetObjectTagging',
    method: 'GET',
    action: 's3:GetObjectTagging',
    versionAction: 's3:GetObjectVersionTagging',
    run: getObjectTagging,
  },
  {
    ...tagging,
    name: 'PutObjectTagging',
    method: 'PUT',
    action: 's3:PutObjectTagging',
    versionAction: 's3:PutObjectVersionTagging',
    run: putObjectTagging,
  },
  {
    ...tagging,
    name: 'DeleteObjectTagging',
    method: 'DELETE',
    action: 's3:DeleteObjectTagging',
    versionAction: 's3:DeleteObjectVersionTagging',
    run: deleteObjectTagging,
  },
];
