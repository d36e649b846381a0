import type { Features } from '../controls/features.js';
import { S3Error } from '../errors/s3-error.js';
import type { Operation } from './context.js';

/** An operation that a store without the feature answers 501. */
export const requires =
  (feature: keyof Features, run: Operation['run']): Operation['run'] =>
  (ctx) => {
    if (!ctx.s3.features[feature]) throw new S3Error('NotImplemented');
    return run(ctx);
  };
