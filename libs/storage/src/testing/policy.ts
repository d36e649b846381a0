/** The evaluator of the embedded server by itself: whether a request may pass, asked without a server. */
export {
  evaluateAccess,
  explain,
  parsePolicy,
  type Decision,
  type PolicyRequest,
  type StatementTrace,
} from '../../../embedded-s3/src/policy/index.js';
