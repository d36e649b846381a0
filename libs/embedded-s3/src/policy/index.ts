export {
  PolicyError,
  type ContextValue,
  type PolicyDocument,
  type PolicyRequest,
  type PolicyStatement,
  type Principal,
} from './document.js';
export {
  evaluateAccess,
  evaluatePolicy,
  explain,
  type Access,
  type Decision,
  type StatementTrace,
} from './evaluate.js';
export { MAX_BUCKET_POLICY, parsePolicy, type PolicyKind } from './parse.js';
export { isPublic } from './public.js';
