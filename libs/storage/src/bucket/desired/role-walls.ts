import { allAreas, areasOf, folderIn, patternsOf } from '../../keys/areas.js';
import type { CheckedBucketOptions } from './bucket.options.js';
import { deny, everyUse, objects } from './deny.js';
import { ownOrg, type PolicyStatement } from './policy-document.js';

/** Who may use the archive; nobody in particular where no role was named. */
const archiversOf = ({ archiverRoleArns, tenantRoleArn }: CheckedBucketOptions): string[] =>
  archiverRoleArns.length === 0 && tenantRoleArn ? [tenantRoleArn] : [...archiverRoleArns];

/** Fails closed: a session without the tag reaches nothing. */
export function tenants(options: CheckedBucketOptions): PolicyStatement[] {
  const { arn, tenantRoleArn, store } = options;
  if (tenantRoleArn === undefined || !store.policyKnowsPrincipal) return [];
  const archives = archiversOf(options).includes(tenantRoleArn);
  const own = [...areasOf('app'), ...(archives ? areasOf('archiver') : [])].map((area) => folderIn(area, ownOrg));
  const isTenant = { ArnEquals: { 'aws:PrincipalArn': tenantRoleArn } };
  return [deny('DenyTenantRoleOutsideItsOrgPrefix', everyUse, { NotResource: objects(arn, ...own) }, isTenant)];
}

/**
 * Written once: nobody overwrites or deletes there but who breaks the glass. A version that was overwritten could be had
 * back for a while; what everybody reads meanwhile would be the other one.
 */
export function archive(options: CheckedBucketOptions): PolicyStatement[] {
  const { arn, tenantRoleArn, breakGlassRoleArns, store } = options;
  const archivers = archiversOf(options);
  const once = { Resource: objects(arn, ...allAreas.filter(({ writtenOnce }) => writtenOnce).flatMap(patternsOf)) };
  const anyoneBut = (roles: readonly string[]) =>
    roles.length > 0 && { ArnNotEquals: { 'aws:PrincipalArn': [...roles] } };
  const statements: PolicyStatement[] = [];
  // Without it, an exception for whoever breaks the glass would be one for everybody, or for nobody.
  if (!store.policyKnowsPrincipal) return statements;
  if (archivers.length > 0) {
    const others = anyoneBut([...archivers, ...breakGlassRoleArns]) || undefined;
    const Resource = objects(arn, ...areasOf('archiver').flatMap(patternsOf));
    statements.push(deny('DenyAuditArchiveExceptArchiver', everyUse, { Resource }, others));
  }
  const notBroken = anyoneBut(breakGlassRoleArns) || undefined;
  statements.push(deny('DenyAuditArchiveDeletion', 's3:DeleteObject*', once, notBroken));
  // Otherwise the module does not send the header either.
  if (store.policyKnowsCreation && store.conditionalWrites && store.conditionalCompletion) {
    // Parts cannot carry the header, the completion can.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    const unconditional = { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } };
    statements.push(deny('DenyAuditArchiveOverwrite', 's3:PutObject', once, { ...unconditional, ...notBroken }));
  }
  const separate = archivers.filter((role) => role !== tenantRoleArn);
  if (separate.length > 0) {
    const NotResource = objects(arn, ...areasOf('archiver').map((area) => folderIn(area, ownOrg)));
    const tagged = { ArnEquals: { 'aws:PrincipalArn': separate }, Null: { 'aws:PrincipalTag/OrgId': 'false' } };
    statements.push(deny('DenyArchiverOutsideItsOrgArchive', everyUse, { NotResource }, tagged));
  }
  return statements;
}
