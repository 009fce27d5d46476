import { tokenState } from '@holdfast/core/tokens/pool-state';
import { rotationReason } from '@holdfast/core/tokens/rotation-reason';
import { blockOf } from '@holdfast/core/tokens/token-state';
import type { Logger } from '@holdfast/runtime/logger';
import type { TokenRotatorMetrics } from './metrics.ts';
import type { PoolChange } from './pool-book.ts';

const HOUR_MS = 3_600_000;

/** Logs and counts what operators want to know of a change: rotations, daily limits, dead tokens, clearings. */
export function tellChange(change: PoolChange, logger: Logger, metrics: TokenRotatorMetrics): void {
  const { pool, event, before, after, nowMs } = change;
  if (before.current !== after.current) {
    const reason = rotationReason(event, before, after, nowMs);
    metrics.rotated(pool.name, reason);
    logger.warn({ pool: pool.name, from: before.current, to: after.current, reason }, 'token rotated');
  }
  if (event.kind === 'reset') logger.info({ pool: pool.name, token: event.token }, 'token blocks cleared');
  if (event.kind === 'token') tellToken(change, event, logger, metrics);
}

function tellToken(
  { pool, before, after, nowMs }: PoolChange,
  { token, event }: Extract<PoolChange['event'], { kind: 'token' }>,
  logger: Logger,
  metrics: TokenRotatorMetrics,
): void {
  const [was, is] = [tokenState(before, token), tokenState(after, token)];
  if (!was || !is) return;
  const account = pool.tokens.find(({ name }) => name === token)?.account;
  if (event.kind === 'dead' && was.invalid === null) {
    logger.warn({ pool: pool.name, token, account }, 'token is invalid');
  }
  if (event.kind !== 'bench' || event.reason !== 'day_quota' || event.model === null) return;
  const block = blockOf(is, event.model, nowMs);
  // Several requests may meet the same end of the same day.
  if (block === null || blockOf(was, event.model, nowMs)?.reason === 'day_quota') return;
  metrics.dailyLimitHit(pool.name, event.model);
  const hours = Math.round(((block.untilMs - nowMs) / HOUR_MS) * 10) / 10;
  logger.warn({ pool: pool.name, account, model: event.model, hours }, 'daily limit reached');
}
