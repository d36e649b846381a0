export { proveIsolation } from './prove-isolation.js';
export type { ProofOptions, ProofOrganisation, ProofTarget } from './options.js';
export { findingKinds, type Finding, type FindingKind } from './report/finding.js';
export type { ProofReport, RouteResult } from './report/report.js';
export type { Timing } from './replay/timing.js';
