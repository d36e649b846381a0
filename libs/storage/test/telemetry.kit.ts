import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

class Reader extends MetricReader {
  protected override onForceFlush = () => Promise.resolve();
  protected override onShutdown = () => Promise.resolve();
  override selectAggregationTemporality = () => AggregationTemporality.DELTA;
}

/** OpenTelemetry as an application sets it up, with all that it is told kept in memory. */
export function startTelemetry() {
  const exporter = new InMemorySpanExporter();
  const reader = new Reader();
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  metrics.setGlobalMeterProvider(meters);
  const tracer = trace.getTracer('test');
  return {
    /** Does something as in a request of its own. */
    request: <T>(name: string, work: () => Promise<T>): Promise<T> =>
      tracer.startActiveSpan(name, async (span) => work().finally(() => span.end())),
    spans: () => exporter.getFinishedSpans(),
    reset: () => exporter.reset(),
    /** What was counted since the last time. */
    async counted() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .filter(({ scope }) => scope.name === 'nest-tenant-storage')
        .flatMap((scope) => scope.metrics)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value: value as unknown })),
        );
    },
    async stop() {
      await meters.shutdown();
      for (const each of [context, trace, metrics]) each.disable();
    },
  };
}
