import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { jest } from '@jest/globals';
import { at, credentials, sdk, stores } from '../../../test/signature.kit.js';
import { QuerySigner } from './signature.js';

describe.each(stores)('QuerySigner agrees with the SDK byte by byte: $name', (store) => {
  test('a POST policy', async () => {
    jest.useFakeTimers({
      now: at,
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'setTimeout', 'setInterval'],
    });
    try {
      const fields = {
        'Content-Type': 'image/png',
        acl: 'private',
        'x-amz-server-side-encryption': 'AES256',
        success_action_status: '201',
      };
      const expected = await createPresignedPost(sdk(store), {
        Bucket: store.bucket,
        Key: 'incoming/1/5f0c',
        Fields: fields,
        Conditions: [['content-length-range', 10, 10]],
        Expires: 300,
      });
      const target = {
        bucket: store.bucket,
        key: 'incoming/1/5f0c',
        fields,
        conditions: [['content-length-range', 10, 10] as const],
      };
      const actual = new QuerySigner(store.config.region as string)
        .within({ origin: store.origin, credentials: credentials(store), at, expiresIn: 300 })
        .post(target);
      expect(actual).toEqual(expected.fields);
    } finally {
      jest.useRealTimers();
    }
  });
});
