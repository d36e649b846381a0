import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { RequestHandler } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';

/** Of the process, as OpenTelemetry has it. */
let exporter: PrometheusExporter | undefined;

function exporterOfProcess(): PrometheusExporter {
  if (exporter) return exporter;
  exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
  return exporter;
}

/** What Prometheus reads. With a token it is for whoever has that: counters tell how many patients come, and when. */
export function metricsHandler(token: string | undefined): RequestHandler {
  const exporter = exporterOfProcess();
  return (request, response, next) => {
    if (request.method !== 'GET') next();
    else if (token === undefined || isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
      exporter.getMetricsRequestHandler(request, response);
    } else response.status(401).set('WWW-Authenticate', 'Bearer').end();
  };
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one!, other!);
}
