import type { Attributes, Context, Link, Span, SpanKind } from '@opentelemetry/api';
import { StorageError } from '../storage.error.js';
import { instruments } from './instruments.js';
import type { About, Telemetry, TelemetryOptions } from './telemetry.js';

type Api = typeof import('@opentelemetry/api');

const scope = 'nest-tenant-storage';

/**
 * Spans and metrics of an application's own OpenTelemetry. What stands in them is from closed lists (verbs, kinds of files,
 * codes, commands, numbers): never a key, a name, an address, a token or a user, since files are called after patients and
 * traces are read by many.
 */
export function openTelemetry(api: Api, options: TelemetryOptions): Telemetry {
  const tracer = api.trace.getTracer(scope);
  const meter = instruments(api.metrics.getMeter(scope));
  const { CLIENT, INTERNAL } = api.SpanKind;

  const attributesOf = ({ org, purpose, direct }: Pick<About, 'org' | 'purpose' | 'direct'>): Attributes => ({
    'storage.purpose': purpose,
    ...(direct !== undefined && { 'storage.direct': direct }),
    ...(options.organisation && { 'storage.org': org }),
  });

  async function spanned<T>(span: Span, context: Context, work: () => Promise<T>, codeOf: CodeOf): Promise<T> {
    try {
      return await api.context.with(context, work);
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined) {
        span.setAttribute('error.type', code);
        // Without a message: what errors say is for whoever asked.
        span.setStatus({ code: api.SpanStatusCode.ERROR });
      }
      throw error;
    } finally {
      span.end();
    }
  }

  const start = (name: string, kind: SpanKind, attributes: Attributes, links: Link[] = []) => {
    const span = tracer.startSpan(name, { kind, attributes, links });
    return { span, context: api.trace.setSpan(api.context.active(), span) };
  };

  return {
    async verb(verb, about, work) {
      // To sign is arithmetic: the call before it has its span.
      if (verb === 'url') return work();
      const attributes = attributesOf(about);
      const { span, context } = start(`storage.${verb}`, INTERNAL, attributes, linksTo(api, about.follows));
      const uploading = verb === 'upload' || verb === 'complete' ? meter.uploading(attributes, about.since) : undefined;
      return spanned(span, context, work, codeOfStorage).then(
        (result) => {
          uploading?.('stored');
          return result;
        },
        (error: unknown) => {
          uploading?.(codeOfStorage(error) ?? 'other');
          throw error;
        },
      );
    },

    call(command, work) {
      const measured = () =>
        work().catch((error: unknown) => {
          const code = codeOfStore(error);
          if (code !== undefined) meter.storeErrors.add(1, { status: statusOf(error) ?? 'none' });
          throw error;
        });
      if (options.storeCalls === false) return measured();
      const method = command.replace(/Command$/, '');
      const service = method === 'AssumeRole' ? 'STS' : 'S3';
      const attributes = { 'rpc.system.name': 'aws-api', 'rpc.method': `${service}/${method}` };
      const { span, context } = start(`${service}.${method}`, CLIENT, attributes);
      return spanned(
        span,
        context,
        () =>
          measured().catch((error: unknown) => {
            const status = statusOf(error);
            if (status !== undefined) span.setAttribute('http.response.status_code', status);
            throw error;
          }),
        codeOfStore,
      );
    },

    scan(about, look) {
      const attributes = attributesOf(about);
      const { span } = start('storage.scan', INTERNAL, attributes);
      const ended = meter.scanning(attributes);
      let isOver = false;
      const end = (verdict: string) => {
        if (isOver) return;
        isOver = true;
        span.setAttribute('storage.verdict', verdict);
        if (verdict === 'unavailable') span.setStatus({ code: api.SpanStatusCode.ERROR });
        span.end();
        ended(verdict);
      };
      const failed = (error: unknown) => {
        end(codeOfStorage(error) === 'malware_found' ? 'found' : 'unavailable');
        throw error;
      };
      return {
        get metadata() {
          return look.metadata ?? {};
        },
        write: async (chunk: Uint8Array) => Promise.resolve(look.write(chunk)).catch(failed),
        verdict: async () => {
          await Promise.resolve(look.verdict()).catch(failed);
          end('clean');
        },
        abort: () => {
          look.abort();
          end('aborted');
        },
      };
    },

    here() {
      const context = api.trace.getSpanContext(api.context.active());
      if (!context || !api.isSpanContextValid(context)) return undefined;
      return `00-${context.traceId}-${context.spanId}-0${context.traceFlags & 1}`;
    },

    listen: (events) => void events.subscribe((event) => meter.count(event, attributesOf(event))),
  };
}

type CodeOf = (error: unknown) => string | undefined;

/** Undefined where nothing went wrong. */
const codeOfStorage: CodeOf = (error) => {
  if (!(error instanceof StorageError)) return 'other';
  return error.code === 'not_modified' ? undefined : error.code;
};

/** Answers that say how things are: that nothing is there, or something already, or that it is as it was. */
const expected = new Set([304, 404, 409, 412, 416]);

const statusOf = (error: unknown): number | undefined => {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | undefined)?.$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
};

/** What a store answers may be any text. */
const codeOfStore: CodeOf = (error) => {
  if (expected.has(statusOf(error) ?? 0)) return undefined;
  const { name } = (error ?? {}) as { name?: unknown };
  return typeof name === 'string' && /^[A-Za-z]{1,64}$/.test(name) ? name : 'other';
};

/** A direct upload is completed in another request than it began in, and often another process. */
function linksTo(api: Api, traceparent: string | undefined): Link[] {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])$/.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId) return [];
  return [{ context: { traceId, spanId, traceFlags: Number(flags) as 0 | 1, isRemote: true } }].filter(({ context }) =>
    api.isSpanContextValid(context),
  );
}
