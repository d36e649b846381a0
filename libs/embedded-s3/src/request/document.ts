import { ContentDigest, expectedChecksums } from '../checksums/index.js';
import { readXmlInTurns, SMALL_DOCUMENT, type XmlElement } from '../xml/xml-reader.js';
import type { Context } from './context.js';

/** The body of a request that carries a document, its checksums verified. */
export async function readDocument(ctx: Context, limit = SMALL_DOCUMENT.bytes): Promise<Buffer> {
  const digest = new ContentDigest(ctx.s3.features.checksums ? expectedChecksums(ctx.request.headers) : {});
  const body = await ctx.payload.read(limit);
  digest.update(body);
  digest.finish(ctx.payload.trailers);
  return body;
}

export const readXmlDocument = async (ctx: Context, root: string, limits = SMALL_DOCUMENT): Promise<XmlElement> =>
  readXmlInTurns(await readDocument(ctx, limits.bytes), root, limits);
