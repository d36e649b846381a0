/** How long a read URL lives, and the longest that `ObjectStore` signs. */
export const readUrlSeconds = 900;

/** How long a write URL lives, and the longest that `ObjectStore` signs. */
export const writeUrlSeconds = 300;

/** How long the URL lives that opens a multipart upload: each use opens another one. */
export const createUrlSeconds = 60;

/** Multipart uploads of one ticket that may be open before no other one is signed: its client may have lost an answer or two. */
export const openUploadsOfOne = 3;

/**
 * Milliseconds for which what a process has seen of erasures counts, from when it began to look. An erasure waits a minute
 * longer than any URL lives before it counts on nothing being written: that, and the longest call, are well within.
 */
export const closuresFreshMs = 1_000;
export const closuresFreshAtMostMs = 5_000;

/**
 * Milliseconds that a call may take with all its waits for a connection, where erasures are looked for: what was looked at
 * before an erasure began takes three calls at most, and the erasure waits for them.
 */
export const callEndsWithinMs = 110_000;

/** Milliseconds, see `Timeouts`, and the tries of a call. */
export const defaultTimeouts = { connect: 3_000, request: 30_000, call: 45_000, queue: 5_000, socket: 60_000 };
export const defaultAttempts = 3;

/** The largest file of any domain: 250 MiB. */
export const maxFileBytes = 262_144_000;

/** The largest signature: 2 MiB. */
export const maxSignatureBytes = 2 * 1024 * 1024;

/** The largest clinic logo: 5 MiB. */
export const maxLogoBytes = 5 * 1024 * 1024;

/**
 * The size of every part of a multipart upload but the last: 5 MiB, the least that S3 takes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const partBytes = 5 * 1024 * 1024;

/** The size of every part of a direct multipart upload but the last: 8 MiB, 32 parts for the largest file. */
export const ticketPartBytes = 8 * 1024 * 1024;

/** The objects of one page of a list. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const mostListed = 1_000;

/** Files of a list's page that carry read URLs: to sign is time of the event loop, which all requests share. */
export const mostListedWithUrls = 200;
