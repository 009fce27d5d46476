import { everyInterval } from '@holdfast/runtime/schedule';
import { watchAvailability } from '@holdfast/state/availability';
import { readModelLists } from '@holdfast/state/model-lists';
import type { AvailabilityEntry } from '@holdfast/state/records';
import type { SharedState } from '@holdfast/state/shared-state';
import { watchTokenPools } from '@holdfast/state/token-watch';
import type { Gateway } from '../gateway.ts';

/** Lists of models change rarely; they are for `/v1/models` only. */
const LISTS_INTERVAL_MS = 10_000;

/** Learns what others publish: availability and token states. Returns the function that stops it. */
export function subscribeToState(gateway: Gateway, state: SharedState): () => void {
  const { now, metrics } = gateway;
  const tokenWatch = watchTokenPools({
    state,
    now,
    pools: () => gateway.routing.config.tokenPools,
    onPool: ({ name }, published) => gateway.tokens.merge(name, published),
    known: (pool) => gateway.tokens.snapshot(pool),
  });
  const readLists = async () => {
    const lists = await readModelLists(state);
    gateway.modelLists = new Map([...lists].map(([id, { models }]) => [id, models]));
  };
  const lists = everyInterval(LISTS_INTERVAL_MS, readLists, () => {});
  readLists().catch(() => {}); // read again with the interval
  const stops = [
    () => lists.stop(),
    () => tokenWatch.stop(),
    watchAvailability(state, (id, entry) => takeAvailability(gateway, id, entry)),
    state.onUpChange((up) => metrics.stateStoreUp.set(up ? 1 : 0)),
  ];
  metrics.stateStoreUp.set(state.up ? 1 : 0);
  void tokenWatch.readAll();
  return () => {
    for (const stop of stops) stop();
  };
}

function takeAvailability(
  { routing, breakers, logger, now }: Gateway,
  id: string,
  entry: AvailabilityEntry,
): void {
  const runtime = routing.endpoints.get(id);
  if (!runtime) return;
  const { state, endpoint } = runtime;
  const nowMs = now();
  const health = entry.expires_at <= nowMs ? 'unknown' : entry.state;
  if (state.health === 'down' && health !== 'down') {
    logger.info({ endpoint: id, health }, 'endpoint back in rotation');
    // What comes back takes its traffic back gradually.
    if (state.breaker.kind === 'closed') state.breaker = { ...state.breaker, rampFromMs: nowMs };
  }
  if (state.health !== 'down' && health === 'down') {
    logger.warn({ endpoint: id, reason: entry.reason }, 'endpoint out of rotation');
  }
  state.health = health;
  state.healthUntilMs = entry.expires_at;
  state.probe = { reason: entry.reason, checkedMs: entry.checked_at };
  state.weightFactor =
    routing.config.health.dynamicWeights && endpoint.weight > 0 ? entry.weight / endpoint.weight : 1;
  // Else a breaker that has opened again and again would keep a recovered endpoint away for minutes.
  if (isProof(entry) && entry.checked_at > state.lastFailureMs) breakers.proven(runtime);
}

/** A good probe; while a bad one waits for confirmation the state is still `up`, with its reason. */
function isProof({ state, reason }: AvailabilityEntry): boolean {
  return state === 'up' && (reason === null || reason.startsWith('weight '));
}
