import type { StoreCapabilities } from '../../../options/store-presets.js';
import type { CheckedBucketOptions } from '../../desired/bucket.options.js';
import type { Severity } from '../../apply/setting.js';
import type { ProbeBench } from '../probe-bench.js';
import type { WireAnswer } from '../wire.js';

/**
 * `enforced`: the bad request was refused. `missing`: it was not. `unsupported`: the good request was refused as well.
 * `skipped`: it does not apply here. `unclear`: the store failed, or the control did.
 */
export type Verdict = 'enforced' | 'missing' | 'unsupported' | 'skipped' | 'unclear';

export interface Outcome {
  verdict: Verdict;
  detail: string;
}

/** One thing that must not be possible, and the request that tries it. */
export interface Guard {
  id: string;
  title: string;
  /** The module can live without it, once it is told. */
  capability?: keyof StoreCapabilities;
  /** How bad it is where no capability stands for it. Default `error`. */
  severity?: Severity;
  /** What to do when it is missing. */
  fix: string;
  /** Writes nothing, whatever the store answers: it can be tried where nothing can be removed. */
  leavesNothing?: boolean;
  /** Why it does not apply here. */
  skip?(bench: ProbeBench, options: CheckedBucketOptions): string | undefined | false;
  probe(bench: ProbeBench, options: CheckedBucketOptions): Promise<Outcome>;
}

export const isRefused = ({ status }: WireAnswer): boolean => (status >= 400 && status < 500) || status === 501;
export const isDone = ({ status }: WireAnswer): boolean => status >= 200 && status < 300;

export const enforced = (detail: string): Outcome => ({ verdict: 'enforced', detail });
export const missing = (detail: string): Outcome => ({ verdict: 'missing', detail });
export const unsupported = (detail: string): Outcome => ({ verdict: 'unsupported', detail });
export const unclear = (detail: string): Outcome => ({ verdict: 'unclear', detail });

export const said = ({ status, body }: WireAnswer): string => {
  const [, code] = /<Code>([^<]+)<\/Code>/.exec(body) ?? [];
  return code ? `${status} ${code}` : String(status);
};

/** What to say when the request that has to work does not; undefined when it did. */
export function mustWork(answer: WireAnswer, what: string): Outcome | undefined {
  if (isDone(answer)) return undefined;
  const detail = `${what} does not work here: ${said(answer)}.`;
  return isRefused(answer) ? unsupported(detail) : unclear(detail);
}

/** The verdict on a request that has to be refused. */
export function mustBeRefused(answer: WireAnswer, harm = 'It was accepted'): Outcome {
  if (isRefused(answer)) return enforced(`Refused: ${said(answer)}.`);
  return isDone(answer) ? missing(`${harm} (${said(answer)}).`) : unclear(`The store answered ${said(answer)}.`);
}
