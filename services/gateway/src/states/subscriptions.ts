import {
  availabilityChannel,
  availabilityKey,
  breakerChannel,
  tokensChannel,
  tokensKey,
} from '@holdfast/state/keys';
import {
  type AvailabilityEntry,
  availabilityEntry,
  availabilityMessage,
  breakerMessage,
  readRecord,
  tokensMessage,
} from '@holdfast/state/records';
import type { SharedState } from '@holdfast/state/shared-state';
import { readPoolFields } from '@holdfast/state/token-records';
import type { Gateway } from '../gateway.ts';
import { applyBreaker } from './endpoint-state.ts';

/** Learns what others publish: availability, breakers, token states. Returns the function that stops it. */
export function subscribeToState(gateway: Gateway, state: SharedState): () => void {
  const takeAvailability = (id: string, entry: AvailabilityEntry): void => {
    const runtime = gateway.routing.endpoints.get(id);
    if (!runtime) return;
    const known = runtime.state;
    const nowMs = gateway.now();
    const health = entry.expires_at <= nowMs ? 'unknown' : entry.state;
    if (known.health === 'down' && health !== 'down') {
      gateway.logger.info({ endpoint: id }, 'endpoint back in rotation');
      // What comes back takes its traffic back gradually.
      if (known.breaker.kind === 'closed') known.breaker = { ...known.breaker, rampFromMs: nowMs };
    }
    if (known.health !== 'down' && health === 'down')
      gateway.logger.warn({ endpoint: id, reason: entry.reason }, 'endpoint out of rotation');
    known.health = health;
    known.healthUntilMs = entry.expires_at;
    const configured = runtime.endpoint.weight;
    known.weightFactor =
      gateway.routing.config.health.dynamicWeights && configured > 0 ? entry.weight / configured : 1;
  };

  const takeTokens = async (pool: string): Promise<void> => {
    const definition = gateway.routing.config.tokenPools.find(({ name }) => name === pool);
    if (!definition) return;
    const fields = await state.hashGetAll(tokensKey(pool));
    const theirs = readPoolFields(definition, fields, gateway.now());
    if (theirs) gateway.tokens.merge(pool, theirs.state);
  };

  const readAll = async (): Promise<void> => {
    const fields = await state.hashGetAll(availabilityKey);
    for (const [id, text] of Object.entries(fields)) {
      const entry = readRecord(availabilityEntry, text);
      if (entry) takeAvailability(id, entry);
    }
    for (const { name } of gateway.routing.config.tokenPools) await takeTokens(name);
  };
  // The store being away is its own news; everything is read again when it is back.
  const readAllQuietly = () => void readAll().catch(() => {});

  const stops = [
    state.subscribe(availabilityChannel, (text) => {
      const message = readRecord(availabilityMessage, text);
      if (message) takeAvailability(message.id, message.entry);
    }),
    state.subscribe(breakerChannel, (text) => {
      const message = readRecord(breakerMessage, text);
      const runtime = message && gateway.routing.endpoints.get(message.id);
      if (runtime)
        applyBreaker(
          runtime.state,
          message.model,
          { kind: 'opened_elsewhere', untilMs: message.untilMs },
          gateway.now(),
          runtime.breaker,
        );
    }),
    state.subscribe(tokensChannel, (text) => {
      const message = readRecord(tokensMessage, text);
      if (message) takeTokens(message.pool).catch(() => {});
    }),
    state.onUpChange((up) => {
      gateway.metrics.stateStoreUp.set(up ? 1 : 0);
      if (up) readAllQuietly();
    }),
  ];
  gateway.metrics.stateStoreUp.set(state.up ? 1 : 0);
  readAllQuietly();
  return () => {
    for (const stop of stops) stop();
  };
}
