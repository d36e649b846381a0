/**
 * Condition keys a policy may use, in lower case: those that the server gives a value where S3 does, and those that
 * never have one here because what they speak of does not exist. On a key outside these a Deny would be void without
 * anybody knowing, and so a policy that has one is refused.
 *
 * Sources: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, "Condition keys for Amazon S3".
 */
const KNOWN = new Set(
  `aws:CurrentTime aws:EpochTime aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn
aws:PrincipalIsAWSService aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount aws:SecureTransport
aws:SourceIp aws:TokenIssueTime aws:UserAgent aws:ViaAWSService aws:userid aws:username
s3:ObjectCreationOperation s3:RequestObjectTagKeys s3:ResourceAccount s3:TlsVersion s3:VersionId s3:authType
s3:delimiter s3:if-match s3:if-none-match s3:max-keys s3:object-lock-legal-hold s3:object-lock-mode
s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date s3:prefix s3:signatureAge
s3:signatureversion s3:x-amz-acl s3:x-amz-content-sha256 s3:x-amz-copy-source s3:x-amz-grant-full-control
s3:x-amz-grant-read s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
s3:x-amz-object-ownership s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class s3:x-amz-website-redirect-location
aws:AssumedRoot aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn
aws:Ec2InstanceSourcePrivateIPv4 aws:Ec2InstanceSourceVpc aws:FederatedProvider aws:MultiFactorAuthAge
aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:ResourceOrgID
aws:ResourceOrgPaths aws:SourceAccount aws:SourceArn aws:SourceIdentity aws:SourceOrgID aws:SourceOrgPaths
aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:VpcSourceIp aws:VpceAccount aws:VpceOrgID
aws:VpceOrgPaths s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:DataAccessPointAccount
s3:DataAccessPointArn s3:InventoryAccessibleOptionalFields s3:destinationRegion s3:isReplicationPauseRequest`
    .toLowerCase()
    .split(/\s+/),
);

/** Keys that go on with the name of a tag. */
const OF_TAGS = ['aws:principaltag/', 's3:existingobjecttag/', 's3:requestobjecttag/'];

/** Services whose requests are decided here. */
const DECIDED = ['aws', 's3', 'sts'];

/** @param foreign whether keys of other services are let through: they say nothing about a request to this one */
export function isConditionKey(written: string, foreign: boolean): boolean {
  const key = written.toLowerCase();
  const [service = '', name = ''] = key.split(':', 2);
  // Of keys of KMS; objects and buckets here have none.
  if (foreign && key.startsWith('aws:resourcetag/')) return name.length > 'resourcetag/'.length;
  if (foreign && !DECIDED.includes(service)) return /^[\w-]+$/.test(service) && name !== '';
  return KNOWN.has(key) || OF_TAGS.some((prefix) => key.length > prefix.length && key.startsWith(prefix));
}
