import type { HealthPolicy } from '@holdfast/config/policies';

const HOUR_MS = 3_600_000;
const SLACK_MS = 30_000;

/**
 * How long a finding holds, ms: two rounds may be missed before it is old news. `periodMs` is the schedule's; null when it has
 * no next run.
 */
export function validityMs(
  { failureQueueIntervalMs, timeoutMs }: HealthPolicy,
  periodMs: number | null,
): number {
  return 2 * Math.max(periodMs ?? HOUR_MS, failureQueueIntervalMs) + timeoutMs + SLACK_MS;
}
