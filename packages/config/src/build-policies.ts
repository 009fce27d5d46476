import type {
  BreakerPolicy,
  CachePolicy,
  HealthPolicy,
  RetryPolicy,
  ThrottlePolicy,
  Timeouts,
} from './policies.ts';
import type { ParsedConfig } from './schema.ts';

/** The policies in the suite's own words: camelCase, with the unit in the name. */

export const retryPolicy = (retry: ParsedConfig['retry']): RetryPolicy => ({
  maxAttempts: retry.max_attempts,
  baseDelayMs: retry.base_delay,
  multiplier: retry.multiplier,
  maxDelayMs: retry.max_delay,
  jitter: retry.jitter,
  maxTotalTimeMs: retry.max_total_time,
  budget: retry.budget,
});

export const timeouts = ({ connect, first_content, idle, total }: ParsedConfig['timeouts']): Timeouts => ({
  connectMs: connect,
  firstContentMs: first_content,
  idleMs: idle,
  totalMs: total,
});

export const breakerPolicy = (breaker: ParsedConfig['breaker']): BreakerPolicy => ({
  maxFailures: breaker.max_failures,
  openForMs: breaker.open_for,
  halfOpenRequests: breaker.half_open_requests,
  rampMs: breaker.ramp,
});

export const healthPolicy = (health: ParsedConfig['health']): HealthPolicy => ({
  schedule: health.schedule,
  failureQueueIntervalMs: health.failure_queue_interval,
  timeoutMs: health.timeout,
  probe: health.probe,
  upAfter: health.up_after,
  downAfter: health.down_after,
  dynamicWeights: health.dynamic_weights,
});

export const throttlePolicy = ({
  enabled,
  min_interval,
  scope,
}: ParsedConfig['throttle']): ThrottlePolicy => ({
  enabled,
  minIntervalMs: min_interval,
  scope,
});

export const cachePolicy = ({
  enabled,
  ttl,
  max_entries,
  stale_if_error,
}: ParsedConfig['cache']): CachePolicy => ({
  enabled,
  ttlMs: ttl,
  maxEntries: max_entries,
  staleIfErrorMs: stale_if_error,
});
