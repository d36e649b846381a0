import { mustBeRefused, mustWork, type Guard } from './guard.js';
import { probeBytes, type ProbeBench } from '../probe-bench.js';
import type { PostCondition } from '../../../store/signing/signature.js';

const exactSize: PostCondition[] = [['content-length-range', probeBytes.length, probeBytes.length]];

type Change = Parameters<ProbeBench['post']>[2];

/** A form that is right, and then the same with one thing changed. */
const changedForm = (id: string, title: string, change: (bench: ProbeBench) => Change): Guard => ({
  id,
  title,
  capability: 'postPolicy',
  fix: '',
  async probe(bench) {
    const control = await bench.post(bench.incoming(), exactSize);
    const failed = mustWork(control, 'A proper form');
    return failed ?? mustBeRefused(await bench.post(bench.incoming(), exactSize, change(bench)));
  },
});

/** What a ticket for a form POST must not be good for. */
export const formGuards: Guard[] = [
  changedForm('form-signature', 'A form whose signature was changed', () => ({
    fields: { 'X-Amz-Signature': '0'.repeat(64) },
  })),
  changedForm('form-key', 'A form for another key', (bench) => ({ fields: { key: bench.file() } })),
  changedForm('form-type', 'A form with another content type', () => ({ fields: { 'Content-Type': 'text/html' } })),
  changedForm('form-extra-field', 'A form with a field that the policy does not name', () => ({
    fields: { 'x-amz-meta-probe': 'added' },
  })),
  changedForm('form-too-large', 'A form with a file above the size range', () => ({ file: `${probeBytes}!` })),
  changedForm('form-too-small', 'A form with a file below the size range', () => ({ file: probeBytes.slice(1) })),
  changedForm('form-expired', 'A form that has expired', () => ({ age: 3600, expiresIn: 300 })),
];
