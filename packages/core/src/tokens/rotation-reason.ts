import type { PoolEvent, PoolState } from './pool.ts';
import { tokenState } from './pool-state.ts';
import { type BlockReason, blockOf } from './token-state.ts';

/** Why an event made a pool leave its current token. */
export function rotationReason(
  event: PoolEvent,
  before: PoolState,
  after: PoolState,
  nowMs: number,
): BlockReason | 'operator' {
  if (event.kind === 'rotate') return 'operator';
  const left = before.current === null ? undefined : tokenState(after, before.current);
  return (left && blockOf(left, null, nowMs)?.reason) ?? 'repeated_failures';
}
