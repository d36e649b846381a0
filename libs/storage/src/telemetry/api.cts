/**
 * The optional peer, loaded when it is asked for. Here and not by `createRequire(import.meta.url)`: what holds `import.meta`
 * cannot be compiled to CommonJS, which is what Jest does with the package in such applications.
 */
export const openTelemetryApi = (): typeof import('@opentelemetry/api') =>
  require('@opentelemetry/api') as typeof import('@opentelemetry/api');
