import type { HealthKind } from '@holdfast/core/health';
import { type EndpointRuntime, standing } from '../states/endpoint-runtime.ts';
import type { EndpointState, ModelState, Standing } from '../states/endpoint-state.ts';
import type { TokenStates } from '../states/token-states.ts';
import { iso, isoOrNull } from './iso.ts';

/** One endpoint for people and the command line: no URL, no credential. Times are ISO 8601. */
export interface EndpointStatus {
  readonly name: string;
  readonly priority: number;
  /** As configured. */
  readonly weight: number;
  /** What it counts now: adjusted by probes, and less while it takes its traffic back. */
  readonly effective_weight: number;
  /** By traffic: whether requests go there. */
  readonly standing: Standing['kind'];
  /** Why not; or, of one that is available, why it cannot be asked all the same: its pool has no token. */
  readonly because: string | null;
  readonly until: string | null;
  readonly breaker: EndpointState['breaker']['kind'];
  readonly health: HealthKind;
  readonly health_reason: string | null;
  readonly checked_at: string | null;
  /** Null: the state store does not tell. */
  readonly in_failure_queue: boolean | null;
  readonly in_flight: number;
  /** Smoothed time to the answer, of successes alone. */
  readonly latency_ms: number | null;
  /** Time to the first content, the whole answer, or the failure: of the last five minutes. */
  readonly p95_ms: number | null;
  /** Attempts in the last minute, per second. */
  readonly per_second: number;
  readonly last_error: { readonly at: string; readonly result: string; readonly summary: string } | null;
  /** Models that rest here while others do not, by the client's name. */
  readonly resting_models: readonly RestingModel[];
}

export interface RestingModel {
  readonly model: string;
  readonly because: string;
  readonly until: string;
}

/** Clients name models: no more of them are listed. */
const MAX_RESTING = 20;

export function endpointStatus(
  runtime: EndpointRuntime,
  tokens: TokenStates,
  failureQueue: ReadonlySet<string> | null,
  nowMs: number,
): EndpointStatus {
  const { endpoint, state } = runtime;
  const stands = standing(runtime, '', nowMs);
  const limit = 'because' in stands ? stands : poolLimit(endpoint.tokenPool, tokens, nowMs);
  const { perSecond, p95Ms, lastError } = runtime.recent.view(nowMs);
  const share = stands.kind === 'available' ? stands.share : 1;
  return {
    name: endpoint.name,
    priority: endpoint.priority,
    weight: endpoint.weight,
    effective_weight: rounded(endpoint.weight * state.weightFactor * share, 1),
    standing: stands.kind,
    because: limit?.because ?? null,
    until: isoOrNull(limit?.untilMs),
    breaker: state.breaker.kind,
    health: state.healthUntilMs > nowMs ? state.health : 'unknown',
    health_reason: state.probe?.reason ?? null,
    checked_at: isoOrNull(state.probe?.checkedMs),
    in_failure_queue: failureQueue?.has(endpoint.id) ?? null,
    in_flight: state.inFlight,
    latency_ms: state.answersInMs === null ? null : Math.round(state.answersInMs),
    p95_ms: p95Ms === null ? null : Math.round(p95Ms),
    per_second: rounded(perSecond, 2),
    last_error: lastError && {
      at: iso(lastError.atMs),
      result: lastError.result,
      summary: lastError.summary,
    },
    resting_models: restingModels(state, nowMs),
  };
}

/** An endpoint may be fine and have no token to be asked with. */
function poolLimit(pool: string | null, tokens: TokenStates, nowMs: number) {
  const credential = pool === null ? null : tokens.standing(pool, { model: '', tried: [], nowMs });
  return credential?.kind === 'none' ? credential : null;
}

function restingModels({ models }: EndpointState, nowMs: number): RestingModel[] {
  return [...models]
    .flatMap(([model, ofModel]) => {
      const rest = restOf(ofModel, nowMs);
      return rest ? [{ model, because: rest.because, until: iso(rest.untilMs) }] : [];
    })
    .slice(0, MAX_RESTING);
}

function restOf({ breaker, cooling }: ModelState, nowMs: number) {
  if (cooling && cooling.untilMs > nowMs) return cooling;
  return breaker.kind === 'open' ? { because: 'breaker open', untilMs: breaker.untilMs } : null;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
