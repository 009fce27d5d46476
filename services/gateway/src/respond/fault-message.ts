import type { TrailEntry } from '../ingress/exchange.ts';

/** `All 3 attempts for model 'gpt-4o' failed: primary timeout after 30.0 s; backup 502. Request req_...` */
export function attemptsFailedMessage(
  model: string,
  trail: readonly TrailEntry[],
  requestId: string,
): string {
  const told = trail.map((entry) => `${entry.endpoint} ${entry.summary}`).join('; ');
  const count = trail.length === 1 ? 'The only attempt' : `All ${trail.length} attempts`;
  return `${count} for model '${model}' failed: ${told}. Request ${requestId}`;
}
