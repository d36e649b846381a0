import type { Finding } from './finding.js';
import type { Timing } from '../replay/timing.js';

export interface RouteResult {
  route: string;
  /** `tried`: the owner used it with success, and the others then tried. */
  state: 'tried' | 'public' | 'not filled' | 'skipped';
  /** Why it could not be filled: what the owner heard last. */
  why?: string;
  /** What whoever is not signed in heard. */
  nobody?: number;
}

export interface ReportData {
  findings: readonly Finding[];
  routes: readonly RouteResult[];
  organisations: readonly string[];
  seed: number;
  requests: number;
  seconds: number;
  timings: readonly Timing[];
}
