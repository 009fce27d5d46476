import { durationMs } from '@holdfast/core/delays/duration';
import { isObject, type JsonObject } from '../json.ts';

const SECONDS_KEYS = [
  'retry_after',
  'retryAfter',
  'retry_after_seconds',
  'resets_in_seconds',
  'estimated_time',
];
const MS_KEYS = ['retry_after_ms', 'retryAfterMs'];

/** The delay in ms that an error object states in a field: google.rpc.RetryInfo, `retry_after` (seconds), its relatives. Null when none. */
export function delayInBody(error: JsonObject): number | null {
  return (
    retryInfoMs(error.details) ??
    inFields(error) ??
    (isObject(error.parameters) ? inFields(error.parameters) : null) ??
    (isObject(error.metadata) ? inFields(error.metadata) : null)
  );
}

function inFields(object: JsonObject): number | null {
  for (const key of MS_KEYS) {
    const ms = object[key];
    if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return ms;
  }
  for (const key of SECONDS_KEYS) {
    const ms = secondsOf(object[key]);
    if (ms !== null) return ms;
  }
  return null;
}

/** Milliseconds of a number of seconds, or of a text that is one or a duration. */
function secondsOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value * 1000 : null;
  return typeof value === 'string' && value.length < 60 ? durationMs(value) : null;
}

/** `retryDelay` is a protobuf Duration: `"34.4s"`, or `{seconds, nanos}` from some gateways. */
function retryInfoMs(details: unknown): number | null {
  if (!Array.isArray(details)) return null;
  for (const detail of details.slice(0, 10)) {
    if (!isObject(detail)) continue;
    const delay = detail.retryDelay;
    const ms = isObject(delay) ? secondsOf(delay.seconds) : secondsOf(delay);
    if (ms !== null) return ms;
  }
  return null;
}
