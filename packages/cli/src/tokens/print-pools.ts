import type { TokenStat } from '@holdfast/token-rotator/http/token-stats';
import { moment } from '../terminal/format.ts';
import { bold, tone } from '../terminal/paint.ts';
import { type Cell, table } from '../terminal/table.ts';
import type { PoolView } from './pool-view.ts';

const TITLES = ['TOKEN', 'ACCOUNT', 'STATE', 'UNTIL', 'REASON', 'FAILURES', 'LAST USED', 'BLOCKED MODELS'];

/** A heading and a table for each pool. */
export function describePools(pools: readonly PoolView[], nowMs: number): string {
  if (pools.length === 0) return 'No token pool is configured.';
  return pools.map((pool) => describePool(pool, nowMs)).join('\n\n');
}

function describePool({ pool, current_token, tokens }: PoolView, nowMs: number): string {
  const free = tokens.filter(({ blocked }) => !blocked).length;
  return [
    `${bold(pool)}  ${free} of ${tokens.length} available, current: ${current_token ?? 'none'}`,
    table(
      TITLES,
      tokens.map((token) => tokenCells(token, nowMs)),
    ),
  ].join('\n');
}

function tokenCells(token: TokenStat, nowMs: number): Cell[] {
  const { key, isCurrent, account, blocked, blockedUntil, reason, failures, lastUsed, blockedModels } = token;
  return [
    isCurrent ? `* ${key}` : `  ${key}`,
    account,
    tone(blocked ? (reason === 'invalid' ? 'invalid' : 'blocked') : 'available'),
    blocked ? moment(blockedUntil, nowMs) : null,
    reason,
    failures,
    lastUsed === null ? 'never' : moment(lastUsed, nowMs),
    blockedModels
      .map(({ model, until, reason: why }) => `${model} until ${moment(until, nowMs)} (${why})`)
      .join(', '),
  ];
}
