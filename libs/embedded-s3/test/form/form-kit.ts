import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { BUCKET, type TestServer } from '../kit.js';

export const SSE = 'x-amz-server-side-encryption';
export const FILE = Buffer.alloc(100, 'a');

export type Fields = Record<string, string>;
export interface Post {
  url: string;
  fields: Fields;
}
export interface Sent {
  file?: Buffer<ArrayBuffer>;
  filename?: string;
  headers?: Fields;
}

/** As an application signs: an exact key, an image of 10 to 1,000 bytes, encrypted. */
export async function presign(
  server: TestServer,
  Key: string,
  more: Partial<PresignedPostOptions> = {},
): Promise<Post> {
  const post = await createPresignedPost(server.client, {
    Bucket: BUCKET,
    Key,
    Expires: 60,
    Conditions: [
      ['content-length-range', 10, 1000],
      ['starts-with', '$Content-Type', 'image/'],
      ...(more.Conditions ?? []),
    ],
    Fields: { [SSE]: 'AES256', ...more.Fields },
  });
  return { url: post.url, fields: { ...post.fields, 'Content-Type': 'image/png' } };
}

export async function send({ url, fields }: Post, { file = FILE, filename = 'f.bin', headers = {} }: Sent = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file]), filename);
  const response = await fetch(url, { method: 'POST', body: form, headers, redirect: 'manual' });
  const text = await response.text();
  const code = /<Code>([^<]+)</.exec(text)?.[1] ?? '';
  return { status: response.status, code, text, headers: response.headers, says: `${response.status} ${code}`.trim() };
}
