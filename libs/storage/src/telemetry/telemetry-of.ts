import { StorageError } from '../storage.error.js';
import { openTelemetryApi } from './api.cjs';
import { openTelemetry } from './open-telemetry.js';
import type { Telemetry, TelemetryOptions } from './telemetry.js';

const silent: Telemetry = {
  verb: (_verb, _about, work) => work(),
  call: (_command, work) => work(),
  scan: (_about, look) => look,
  here: () => undefined,
  listen: () => {},
};

const known = new WeakMap<object, Telemetry>();

/** One for a store. Without the option nothing is loaded, and each of its methods does the work and nothing else. */
export function telemetryOf(settings: { telemetry?: TelemetryOptions }): Telemetry {
  if (!settings.telemetry) return silent;
  const telemetry = known.get(settings) ?? openTelemetry(load(), settings.telemetry);
  known.set(settings, telemetry);
  return telemetry;
}

/** An optional peer: only who asks for telemetry has to have it. */
function load(): ReturnType<typeof openTelemetryApi> {
  try {
    return openTelemetryApi();
  } catch (cause) {
    const message = 'The option telemetry needs the package @opentelemetry/api: npm install @opentelemetry/api';
    throw new StorageError('misconfigured', message, { cause });
  }
}
