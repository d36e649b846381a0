import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import type { Context, Operation } from '../../request/context.js';
import { page, readToken, writeToken } from '../../request/listing.js';
import { owner } from '../../request/owner.js';

const MAX_BUCKETS = 10_000;
const LIST_PARAMS = ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'];

/** With any of its parameters a page, which tells the buckets' region as well: S3 API reference, "ListBuckets". */
function listBuckets({ s3, request: { query } }: Context): Answer {
  const prefix = query.get('prefix') ?? '';
  const after = readToken(query.get('continuation-token'));
  const here = (query.get('bucket-region') ?? s3.region) === s3.region;
  const buckets = s3.store.buckets().filter(({ name }) => here && name.startsWith(prefix) && name > after);
  const { taken, truncated } = page(buckets, maxBuckets(query.get('max-buckets')));
  const paged = LIST_PARAMS.some((name) => query.has(name));
  const Bucket = taken.map(({ name, createdAt }) => ({
    Name: name,
    CreationDate: new Date(createdAt).toISOString(),
    BucketRegion: paged ? s3.region : undefined,
  }));
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: owner(s3),
    Buckets: { Bucket },
    Prefix: query.get('prefix'),
    ContinuationToken: truncated ? writeToken(taken.at(-1)?.name ?? '') : undefined,
  });
}

function maxBuckets(text = String(MAX_BUCKETS)): number {
  const max = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (max < 1 || max > MAX_BUCKETS)
    throw new S3Error('InvalidArgument', `Argument max-buckets must be an integer between 1 and ${MAX_BUCKETS}.`);
  return max;
}

export const listBucketsOperations: readonly Operation[] = [
  {
    name: 'ListBuckets',
    method: 'GET',
    level: 'service',
    params: LIST_PARAMS,
    action: 's3:ListAllMyBuckets',
    run: listBuckets,
  },
];
