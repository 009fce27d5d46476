import type { RequestLine } from '@holdfast/gateway/access-log';
import type { Reply } from './ask.ts';

/**
 * How long the client would have waited had the time run as configured: timeouts and the gateway's pauses took `speed` times
 * as long, everything else did not. By the gateway's own account of the request; without one, all of it counts as waiting.
 */
export function asConfiguredMs({ tookMs }: Reply, line: RequestLine | undefined, speed: number): number {
  if (line === undefined) return tookMs * speed;
  const sum = (attempts: RequestLine['trail']) =>
    attempts.reduce((total, { duration_ms }) => total + duration_ms, 0);
  const pausesMs = Math.max(0, line.duration_ms - line.overhead_ms - sum(line.trail));
  const timeoutsMs = sum(line.trail.filter(({ result }) => result === 'timeout'));
  return tookMs + (pausesMs + timeoutsMs) * (speed - 1);
}
