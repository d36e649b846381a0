import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { authenticate, type Authenticated } from './auth/authenticate.js';
import { RequestBody, type PayloadOptions } from './auth/payload.js';
import type { Fault, Faults } from './controls/faults.js';
import type { RequestLog, RequestRecord } from './controls/request-log.js';
import { corsHeaders, preflight } from './cors/cors.js';
import { S3Error } from './errors/s3-error.js';
import { errorAnswer, stsErrorAnswer, type Answer } from './http/answer.js';
import { checkHeaders } from './http/known-headers.js';
import { parseRequest, type S3Request } from './http/request.js';
import { send } from './http/send.js';
import { operations } from './operations/index.js';
import { postObject } from './operations/objects/post-object.js';
import { authorise } from './request/authorise.js';
import type { Context } from './request/context.js';
import { operationFinder } from './request/find-operation.js';
import type { S3 } from './s3.js';

const findOperation = operationFinder(operations);

/** Answers requests: parse, authenticate, find the operation, authorise, carry out. */
export class Handler {
  constructor(
    private readonly s3: S3,
    private readonly faults: Faults,
    private readonly log: RequestLog,
    private readonly domains: readonly string[],
  ) {}

  async handle(message: IncomingMessage, response: ServerResponse, onStart?: () => void): Promise<void> {
    const record = this.log.open(this.s3.clock.now(), message.method ?? '', message.url ?? '');
    const exchange = new Exchange(message, record, onStart);
    const requestId = randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();
    let answer: Answer;
    try {
      answer = await this.answer(exchange);
    } catch (error) {
      const known = error instanceof S3Error ? error : new S3Error('InternalError');
      record.code = known.code;
      if (known !== error) record.cause = error;
      const sts = message.method === 'POST' && record.path === '/';
      answer = sts ? stsErrorAnswer(known, requestId) : errorAnswer(known, requestId, record.path);
    }
    if (message.destroyed && !message.complete) return;
    record.status = answer.status;
    const headers = {
      ...answer.headers,
      ...this.cors(exchange),
      'x-amz-request-id': requestId,
      'x-amz-id-2': Buffer.from(requestId).toString('base64'),
      server: 'embedded-s3',
      date: this.s3.clock.now().toUTCString(),
    };
    // a reader that goes away is its own affair
    await send(message, response, { ...answer, headers }, exchange.cutAfter).catch(() => undefined);
  }

  /** Never throws: it is asked for refusals as well. */
  private cors({ request, record }: Exchange): Record<string, string> {
    try {
      return request ? corsHeaders(this.s3, request) : {};
    } catch (error) {
      record.cause = error;
      return {};
    }
  }

  private async answer(exchange: Exchange): Promise<Answer> {
    const request = parseRequest(exchange.message, this.domains);
    exchange.request = request;
    if (request.method === 'OPTIONS') return preflight(this.s3, request);
    if (isForm(request)) {
      const payload = new RequestBody(exchange.message, { ...exchange.watchers });
      return this.perform('PostObject', exchange, () => postObject(this.s3, request, payload));
    }
    return this.answerSigned(exchange, await authenticate(this.s3, exchange.message, request, exchange.watchers));
  }

  private async answerSigned(
    exchange: Exchange,
    { caller, service, request, payload }: Authenticated,
  ): Promise<Answer> {
    const { bucket = '', key = '' } = request;
    exchange.request = request;
    exchange.record.accessKeyId = caller.identity.accessKeyId;
    const operation = findOperation(request);
    if ((operation.service ?? 's3') !== service) throw new S3Error('AuthorizationHeaderMalformed');
    Object.assign(exchange.record, { operation: operation.name, ...(bucket && { bucket }), ...(key && { key }) });
    if (operation.level !== 'service' && operation.bucketExists !== false) this.s3.store.bucket(bucket);
    const ctx: Context = { s3: this.s3, request, caller, payload, operation: operation.name, bucket, key };
    const versionId = request.query.get('versionId');
    const action = (versionId !== undefined && operation.versionAction) || operation.action;
    if (action) authorise(ctx, { action, bucket, key, versionId });
    checkHeaders(request, this.s3.accountId);
    return this.perform(operation.name, exchange, () => operation.run(ctx));
  }

  private async perform(name: string, exchange: Exchange, run: () => Promise<Answer> | Answer): Promise<Answer> {
    exchange.record.operation = name;
    const fault = this.faults.take(name, exchange.request?.key ?? '');
    const instead = fault && (await meet(fault, exchange));
    return instead ?? (await run());
  }
}

/** One request and the connection it came by. */
class Exchange {
  request?: S3Request;
  /** set by a fault: the connection breaks after that many more bytes of body */
  cutAfter = Infinity;
  readonly watchers: Pick<PayloadOptions, 'onStart' | 'onBytes'>;

  constructor(
    readonly message: IncomingMessage,
    readonly record: RequestRecord,
    onStart: (() => void) | undefined,
  ) {
    this.watchers = { onStart, onBytes: (count) => this.received(count) };
  }

  private received(count: number): void {
    this.cutAfter -= count;
    if (this.cutAfter >= 0) return;
    this.message.socket.destroy();
    throw new Error('The connection is cut on purpose.');
  }
}

async function meet({ action, before }: Fault, exchange: Exchange): Promise<Answer | undefined> {
  await before?.();
  if (action === 'refuse') throw new S3Error('AccessDenied');
  if (action === 'error') throw new S3Error('InternalError');
  if (action === 'slowDown') throw new S3Error('SlowDown');
  if (action === 'errorBody')
    return { ...errorAnswer(new S3Error('InternalError'), '', exchange.record.path), status: 200 };
  if (action && 'errorCode' in action) throw new S3Error(action.errorCode);
  if (action && 'delayMs' in action) await delay(action.delayMs, undefined, { ref: false });
  if (action && 'cutAfterBytes' in action) exchange.cutAfter = action.cutAfterBytes;
  return undefined;
}

const isForm = (request: S3Request): boolean =>
  request.method === 'POST' &&
  request.bucket !== undefined &&
  request.key === undefined &&
  request.query.size === 0 &&
  request.headers.authorization === undefined &&
  /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
