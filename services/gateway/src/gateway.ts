import type { Logger } from '@holdfast/runtime/logger';
import type { RateLimiter } from '@holdfast/state/rate-limit';
import type { Throttle } from '@holdfast/state/throttle';
import type { AccessLog } from './access-log.ts';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { Exchange } from './ingress/exchange.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { RunningKeys } from './policy/running-keys.ts';
import type { ClientTimers } from './respond/client-stream.ts';
import type { Exchanges } from './states/exchanges.ts';
import type { LoadShedding } from './states/load-shedding.ts';
import type { ModelLimitsInForce } from './states/model-limits.ts';
import type { ModelSwaps } from './states/model-swaps.ts';
import type { NameService } from './states/name-service.ts';
import type { Reports } from './states/reports.ts';
import type { RetryBudget } from './states/retry-budget.ts';
import type { Routing } from './states/routing.ts';
import type { SharedBreakers } from './states/shared-breakers.ts';
import type { TierSwitches } from './states/tier-switches.ts';
import type { TokenStates } from './states/token-states.ts';

/** What every request shares: the compiled configuration and what is known now. One per process. */
export interface Gateway {
  /** Swapped on reload; a request keeps the one it began with. */
  routing: Routing;
  tokens: TokenStates;
  /** What probes found: models by endpoint id, in the endpoint's naming. */
  modelLists: ReadonlyMap<string, readonly string[]>;
  limits: ModelLimitsInForce;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly accessLog: AccessLog;
  readonly budget: RetryBudget;
  readonly reports: Reports;
  readonly breakers: SharedBreakers;
  readonly tierSwitches: TierSwitches;
  readonly throttle: Throttle;
  /** Null while no client limit is configured. */
  rateLimiter: RateLimiter | null;
  readonly answers: AnswerCache;
  /** Requests being worked on. */
  readonly exchanges: Exchanges<Exchange>;
  draining: boolean;
  readonly clientTimers: ClientTimers;
  readonly runningKeys: RunningKeys;
  readonly modelSwaps: ModelSwaps;
  readonly names: NameService;
  readonly load: LoadShedding;
  readonly now: () => number;
  readonly random: () => number;
}
