import type { Config } from '@holdfast/config/types';
import { type BlockReason, blockOf, type TokenState } from '@holdfast/core/tokens/token-state';
import { Counter, createServiceMetrics, Gauge, type ServiceMetrics } from '@holdfast/runtime/metrics';
import type { PoolBook } from './pool-book.ts';
import { poolModels } from './pool-models.ts';

export type RotationReason = BlockReason | 'operator';

export interface TokenRotatorMetrics extends ServiceMetrics {
  rotated(pool: string, reason: RotationReason): void;
  dailyLimitHit(pool: string, model: string): void;
  /** Sets the series of every configured name to 0, where they are new. */
  configure(config: Config): void;
}

type TokenCondition = 'available' | 'cooling' | 'quota_exhausted' | 'invalid';

const CONDITIONS: readonly TokenCondition[] = ['available', 'cooling', 'quota_exhausted', 'invalid'];
/** Every reason there is. */
export const ROTATION_REASONS = {
  rate_limited: true,
  repeated_failures: true,
  day_quota: true,
  no_credit: true,
  not_in_plan: true,
  refused: true,
  invalid: true,
  operator: true,
} satisfies Record<RotationReason, true>;
const OTHER_MODEL = 'other';

export function createTokenRotatorMetrics(
  version: string,
  book: () => PoolBook,
  now: () => number,
): TokenRotatorMetrics {
  const base = createServiceMetrics('token-rotator', version);
  const registers = [base.registry];
  /** Pool -> the models that the routes and endpoints name. */
  let models = new Map<string, Set<string>>();
  /** Models of the limits file, of any pool. */
  let limited = new Set<string>();

  new Gauge({
    name: 'holdfast_token_pool_tokens',
    help: 'How many tokens of a pool are in which state: who could serve now, and why the others cannot.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { pool, state } of book().entries()) {
        for (const condition of CONDITIONS) this.set({ pool: pool.name, state: condition }, 0);
        for (const token of Object.values(state.tokens)) {
          this.inc({ pool: pool.name, state: conditionOf(token, models.get(pool.name) ?? new Set(), now()) });
        }
      }
    },
  });
  const rotations = new Counter({
    name: 'holdfast_token_rotations_total',
    help: 'How often a pool moved to another current token, by the reason that ended the last one.',
    labelNames: ['pool', 'reason'],
    registers,
  });
  const dailyLimits = new Counter({
    name: 'holdfast_daily_limit_hits_total',
    help: 'How often an account used up its daily quota of a model.',
    labelNames: ['pool', 'model'],
    registers,
  });

  return {
    ...base,
    rotated: (pool, reason) => rotations.inc({ pool, reason }),
    dailyLimitHit: (pool, model) =>
      dailyLimits.inc({
        pool,
        model: models.get(pool)?.has(model) || limited.has(model) ? model : OTHER_MODEL,
      }),
    configure(config) {
      models = new Map(config.tokenPools.map(({ name }) => [name, new Set(poolModels(config, name))]));
      limited = new Set(Object.keys(config.modelLimits));
      for (const [pool, names] of models) {
        for (const reason of Object.keys(ROTATION_REASONS)) rotations.inc({ pool, reason }, 0);
        for (const model of [...names, ...limited, OTHER_MODEL]) dailyLimits.inc({ pool, model }, 0);
      }
    },
  };
}

/** A token counts as exhausted without money, or when no model that the configuration names is left to it. */
function conditionOf(token: TokenState, models: ReadonlySet<string>, nowMs: number): TokenCondition {
  const block = blockOf(token, null, nowMs);
  if (block?.reason === 'invalid') return 'invalid';
  if (block) return block.reason === 'no_credit' ? 'quota_exhausted' : 'cooling';
  const isSpent = models.size > 0 && [...models].every((model) => blockOf(token, model, nowMs) !== null);
  return isSpent ? 'quota_exhausted' : 'available';
}
