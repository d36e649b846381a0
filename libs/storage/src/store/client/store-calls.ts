import type { IncomingMessage } from 'node:http';
import { SMITHY_CONTEXT_KEY, type HandlerExecutionContext, type HttpHandlerOptions } from '@smithy/types';
import type { HttpRequest, HttpResponse, Pluggable, RequestHandler } from '@smithy/types';
import type { StorageSettings } from '../../options/storage.settings.js';
import { aborted, CallClock } from './call-clock.js';
import { telemetryOf } from '../../telemetry/telemetry-of.js';
import { ownTurn } from '../../own-turn.js';
import { orgOf } from './org-guard.js';
import { endWhenSilent } from './silence.js';
import { Slots } from './slots.js';

/** What a call uses a connection for. Each has connections of its own, so that none can use up another's. */
type Purpose = 'download' | 'upload' | 'control' | 'credentials';

export type Connections = Record<Purpose, Slots>;

const credentialCallsAtOnce = 16;

export function connectionsOf({ maxSockets, limits, timeouts }: StorageSettings): Connections {
  const waitMs = timeouts.queue;
  const half = { all: maxSockets, perOrg: Math.ceil(maxSockets / 2), waitMs };
  return {
    download: new Slots({ all: limits.downloadsAtOnce, perOrg: limits.downloadsPerOrg, waitMs }),
    upload: new Slots(half),
    control: new Slots(half),
    credentials: new Slots({ all: credentialCallsAtOnce, perOrg: credentialCallsAtOnce, waitMs }),
  };
}

interface Terms {
  /** The bytes of this read are taken by us as they come: it is no download that a slow client can hold up. */
  isOwnRead?: boolean;
  /** Milliseconds, where they are fewer than `timeouts.call`. */
  withinMs?: number;
}

const termsOf = new WeakMap<object, Terms>();

export function onTerms<C extends { input: object }>(command: C, terms: Terms): C {
  termsOf.set(command.input, terms);
  return command;
}

interface Call {
  clock: CallClock;
  org: string;
  purpose: Purpose;
  signal?: AbortSignal;
  release: () => void;
}

const purposes: Partial<Record<string, Purpose>> = {
  GetObjectCommand: 'download',
  PutObjectCommand: 'upload',
  UploadPartCommand: 'upload',
  AssumeRoleCommand: 'credentials',
};

/**
 * What a call knows stands on the SDK's own objects, which are of that call and of that try alone: weak maps beside them were
 * a third of all garbage collection where files are small.
 */
const callOf = Symbol('call');
const endOf = Symbol('end');
type Context = HandlerExecutionContext & { [callOf]?: Call };
type Ending = HttpRequest & { [endOf]?: AbortSignal };

interface Client {
  config: { requestHandler: RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> };
  middlewareStack: { use(plugin: Pluggable<object, object>): void };
}

/** Gives every call of a client its deadline, and a connection out of those for its purpose, by turns of the organisations. */
export function regulate(client: object, settings: StorageSettings, connections: Connections): void {
  // S3's and STS's clients agree in this, and in no type.
  const { config, middlewareStack } = client as Client;
  const telemetry = telemetryOf(settings);
  const inner = config.requestHandler;
  config.requestHandler = {
    metadata: inner.metadata,
    destroy: () => inner.destroy?.(),
    handle: (request: Ending, options) =>
      inner.handle(request, { ...options, abortSignal: request[endOf] ?? options?.abortSignal }),
  };

  middlewareStack.use({
    applyToStack: (stack) => {
      stack.add(
        (next, context: Context) => async (args) => {
          const { isOwnRead, withinMs } = termsOf.get(args.input) ?? {};
          const purpose = purposes[context.commandName ?? ''] ?? 'control';
          const org = orgOf(args.input) ?? '';
          // Who asks for many at once has them prepared and signed one in each turn of the loop.
          await ownTurn(org);
          const signal = (context[SMITHY_CONTEXT_KEY] as { abortSignal?: AbortSignal } | undefined)?.abortSignal;
          // For whoever has gone, nothing is prepared, and no session of the organisation's asked for.
          if (signal?.aborted) throw aborted(signal);
          const call: Call = {
            clock: new CallClock(Math.min(withinMs ?? Infinity, settings.timeouts.call)),
            org,
            purpose: isOwnRead ? 'control' : purpose,
            signal,
            release: () => {},
          };
          context[callOf] = call;
          try {
            const result = await telemetry.call(context.commandName ?? '', () =>
              call.clock.race(next(args), call.signal),
            );
            // A body holds its connection until it ends.
            if (!isStreamed(context)) call.release();
            return result;
          } catch (error) {
            call.release();
            throw error;
          }
        },
        { step: 'initialize', name: 'tenantStorageCall', priority: 'high', override: true },
      );
      // Nearest to the connection, hence once for each try.
      stack.add(
        (next, context: Context) => async (args) => {
          const call = context[callOf];
          if (!call) return next(args);
          await enter(call, connections);
          const { clock, signal } = call;
          (args.request as Ending)[endOf] = signal && isStreamed(context) ? either(signal, clock) : clock.signal;
          try {
            const result = await next(args);
            const body = (result.response as HttpResponse).body as IncomingMessage;
            body.once('close', call.release);
            if (isStreamed(context)) endWhenSilent(body, settings.timeouts.socket);
            return result;
          } catch (error) {
            call.release();
            throw ofThisRealm(error);
          }
        },
        { step: 'deserialize', name: 'tenantStorageConnection', priority: 'low', override: true },
      );
    },
  });
}

/** Where modules run in a realm of their own, as under Jest, the SDK knows no error of Node's as one, and drops its code. */
function ofThisRealm(error: unknown): unknown {
  if (error instanceof Error || typeof error !== 'object') return error;
  const { name, message, ...more } = error as Error;
  return Object.assign(new Error(message, { cause: error }), { name, ...more });
}

/** The caller may end a body that comes when the call itself has ended. For all calls it would cost a good part of one. */
const either = (signal: AbortSignal, clock: CallClock): AbortSignal => AbortSignal.any([signal, clock.signal]);

const isStreamed = ({ commandName }: HandlerExecutionContext): boolean => commandName === 'GetObjectCommand';

async function enter(call: Call, connections: Connections): Promise<void> {
  const { clock, signal, org, purpose } = call;
  call.release();
  clock.signal.throwIfAborted();
  const free = connections[purpose].enterNow(org);
  if (free) {
    call.release = free;
    return;
  }
  clock.pause();
  try {
    call.release = await connections[purpose].enter(org, signal);
  } finally {
    clock.resume();
  }
}
