import { z } from 'zod';
import { decimal, duration, flag, integer, nonEmptyText, ratio, schedule } from './fields.ts';
import { defaultedSection, overrides } from './schema-sections.ts';

/** The policies (docs/configuration.md) with their defaults; a route may override those that `routePolicies` lists. */

const retry = {
  max_attempts: integer(1, 100).describe('Upstream calls for one request and model, the first included'),
  base_delay: duration().describe(
    'Wait before an endpoint that was already tried for this request; then times multiplier',
  ),
  multiplier: decimal(1, 100),
  max_delay: duration(),
  jitter: ratio.describe('0.2 is plus or minus 20 %'),
  max_total_time: duration(1).describe('One deadline over attempts, waits and fallback models'),
  budget: ratio.describe(
    'Share of the requests in flight that may be retries; never fewer than 3 are allowed',
  ),
};

const timeouts = {
  connect: duration(1),
  first_content: duration(1).describe('Until the first content of a stream, or the whole body'),
  idle: duration(1).describe('Between content events of a stream'),
  total: duration(1),
};

const throttle = {
  enabled: flag,
  min_interval: duration().describe('Between two calls of the same model'),
  scope: z.enum(['model', 'token']),
};

const cache = {
  enabled: flag,
  ttl: duration(1),
  max_entries: integer(1),
  stale_if_error: duration().describe('How long past its time an answer may replace a canned one; 0s: never'),
};

const fallback = {
  mode: z.enum(['error', 'canned']),
  status: integer(200, 599).describe('Status of a canned answer'),
  texts: z.array(nonEmptyText).min(1, 'needs at least one text').describe('One is picked per request'),
};

const health = {
  schedule: schedule.describe('Cron, UTC: probe every endpoint'),
  failure_queue_interval: duration(1),
  timeout: duration(1),
  probe: z.enum(['auto', 'models', 'chat', 'none']),
  up_after: integer(1, 100),
  down_after: integer(1, 100),
  dynamic_weights: flag,
};

const breaker = {
  max_failures: integer(1, 1000),
  open_for: duration(1).describe('Doubles per trip, at most 300 s'),
  half_open_requests: integer(1, 1000),
  ramp: duration(),
};

export const policySections = {
  retry: defaultedSection(retry, {
    max_attempts: 4,
    base_delay: '2s',
    multiplier: 2,
    max_delay: '16s',
    jitter: 0.2,
    max_total_time: '120s',
    budget: 0.2,
  }),
  timeouts: defaultedSection(timeouts, { connect: '5s', first_content: '30s', idle: '60s', total: '300s' }),
  breaker: defaultedSection(breaker, {
    max_failures: 3,
    open_for: '30s',
    half_open_requests: 1,
    ramp: '30s',
  }),
  health: defaultedSection(health, {
    schedule: '*/5 * * * *',
    failure_queue_interval: '60s',
    timeout: '30s',
    probe: 'auto',
    up_after: 1,
    down_after: 3,
    dynamic_weights: false,
  }),
  throttle: defaultedSection(throttle, { enabled: true, min_interval: '0s', scope: 'model' }),
  rate_limit: defaultedSection({ enabled: flag, per_minute: integer(1) }, { enabled: false, per_minute: 30 }),
  cache: defaultedSection(cache, { enabled: false, ttl: '3600s', max_entries: 10_000, stale_if_error: '0s' }),
  fallback: defaultedSection(fallback, {
    mode: 'error',
    status: 200,
    texts: ['The assistant is temporarily unavailable. Please try again shortly.'],
  }),
};

export const routePolicies = {
  retry: overrides(retry),
  timeouts: overrides(timeouts),
  throttle: overrides(throttle),
  cache: overrides(cache),
  fallback: overrides(fallback),
};
