import { listOf, statementsOf, type PolicyDocument, type PolicyStatement } from './document.js';

/** Keys that narrow a grant to everyone down to somebody. Source: S3 User Guide, "The meaning of public". */
const NARROWING = new Set(
  [
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceIp',
    'aws:SourceOrgID',
    'aws:SourceOwner',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:userid',
    's3:DataAccessPointAccount',
    's3:DataAccessPointArn',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
  ].map((key) => key.toLowerCase()),
);

/** Whether Block Public Access calls this policy public: it allows something to everyone, narrowed by no fixed value. */
export const isPublic = (policy: PolicyDocument): boolean => statementsOf(policy).some(grantsToEveryone);

function grantsToEveryone({ Effect, Principal, NotPrincipal, Condition = {} }: PolicyStatement): boolean {
  if (Effect !== 'Allow') return false;
  const everyone =
    NotPrincipal !== undefined || Principal === '*' || (Principal && listOf(Principal['AWS']).includes('*'));
  return Boolean(everyone) && !Object.entries(Condition).some(([operator, keys]) => narrows(operator, keys));
}

function narrows(operator: string, keys: Record<string, unknown>): boolean {
  if (!/^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like)|IpAddress)$/.test(operator))
    return false;
  return Object.entries(keys).some(
    ([key, values]) =>
      NARROWING.has(key.toLowerCase()) &&
      listOf(values).every((value) => !/[*?]|\$\{/.test(String(value)) && !/\/0$/.test(String(value))),
  );
}
