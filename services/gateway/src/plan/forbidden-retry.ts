import type { Exchange } from '../ingress/exchange.ts';
import type { GaveUp } from './plan.ts';

/** What forbade a retry that the policy alone would have allowed; null when nothing did. */
export function forbiddenRetry(
  { trail, options }: Pick<Exchange, 'trail' | 'options'>,
  { because }: GaveUp,
): 'deadline' | 'client_retry' | null {
  if (trail.length === 0) return null;
  if (because === 'deadline') return 'deadline';
  return because === 'attempts' && options.clientRetries > 0 ? 'client_retry' : null;
}
