import { readFileSync } from 'node:fs';
import { evaluatePolicy, parsePolicy, type ContextValue, type PolicyDocument } from './index.js';

interface Vector {
  name: string;
  action: string;
  resource: string;
  ctx: Record<string, ContextValue>;
  want: 'allow' | 'deny';
}

const read = (name: string): string => readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8');
const vectors = JSON.parse(read('bucket-policy-vectors')) as Vector[];
const bucketPolicy = parsePolicy(read('bucket-policy'), { bucket: 'restartix-uploads' });
const everything: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

test.each(vectors)('$want: $name', ({ action, resource, ctx, want }) => {
  const principal = { arn: String(ctx['aws:PrincipalArn']), accountId: '111122223333' };
  const { decision, document } = evaluatePolicy([everything, bucketPolicy], {
    action,
    resource,
    principal,
    context: ctx,
  });
  expect({ decision, document }).toEqual(
    want === 'allow' ? { decision: 'allow', document: 0 } : { decision: 'explicitDeny', document: 1 },
  );
});

test('the table has both kinds of requests', () => {
  expect(new Set(vectors.map(({ want }) => want))).toEqual(new Set(['allow', 'deny']));
});
