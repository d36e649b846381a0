/** Abilities of the server. One that is false makes it behave as a weaker store does. */
export interface Features {
  /** policies of form uploads; off: a form is stored as it comes, signed by nobody, as several S3-compatible stores do */
  postPolicy: boolean;
  /** bucket policies; off: 501 and none is enforced */
  bucketPolicy: boolean;
  /** server-side encryption headers; off: 501, and none is reported */
  sse: boolean;
  /** If-None-Match and If-Match on PutObject and CompleteMultipartUpload; off: ignored */
  conditionalWrites: boolean;
  /** If-None-Match and If-Match on CopyObject's destination; off: ignored */
  conditionalCopy: boolean;
  /** x-amz-copy-source-if-*; off: ignored, as Ceph does */
  conditionalCopySource: boolean;
  /** x-amz-checksum-*; off: neither verified nor returned */
  checksums: boolean;
  /** refuses `x-amz-*` headers that are not signed; off: they are let through */
  unsignedHeaders: boolean;
  /** Block Public Access; off: 501 and not enforced */
  blockPublicAccess: boolean;
  /** ACL headers and sub-resources; off: 501 */
  acl: boolean;
}

export const allFeatures = (): Features => ({
  postPolicy: true,
  bucketPolicy: true,
  sse: true,
  conditionalWrites: true,
  conditionalCopy: true,
  conditionalCopySource: true,
  checksums: true,
  unsignedHeaders: true,
  blockPublicAccess: true,
  acl: true,
});
