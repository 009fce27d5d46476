import { randomUUID } from 'node:crypto';
import type { BreakerState } from '@holdfast/core/breaker';
import type { Logger } from '@holdfast/runtime/logger';
import { enqueueFailure } from '@holdfast/state/failure-queue';
import { breakerChannel, breakerKey, leaseKey } from '@holdfast/state/keys';
import { breakerMessage, readRecord } from '@holdfast/state/records';
import type { SharedState } from '@holdfast/state/shared-state';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import { applyBreaker } from './endpoint-state.ts';

/** Breakers across replicas: one's finding spares the others, and one at a time tries an endpoint that may be back. */
export interface SharedBreakers {
  /** The breaker of an endpoint changed here. Returns at once. */
  moved(runtime: EndpointRuntime, from: BreakerState['kind']): void;
  /** A probe has shown that the endpoint works: its trial need not wait for more than the configured time. Believed until a trial proves it wrong. */
  proven(runtime: EndpointRuntime): void;
  stop(): void;
}

export interface SharedBreakersOptions {
  readonly state: SharedState;
  readonly logger: Logger;
  readonly now: () => number;
  readonly endpoints: () => ReadonlyMap<string, EndpointRuntime>;
}

/** The right to try is asked for this long before the time, so that no request waits for it. */
const ASK_BEFORE_MS = 200;
/** While another replica tries, ours waits this long and asks again. */
const ASK_AGAIN_MS = 2000;
/** A replica that dies in its trial gives the right back by then. */
const TRIAL_LEASE_MS = 30_000;

export function shareBreakers({ state, logger, now, endpoints }: SharedBreakersOptions): SharedBreakers {
  const self = randomUUID();
  const timers = new Map<string, NodeJS.Timeout>();
  /** Whether a trial that came early by a proof has failed since the breaker opened. */
  const proofs = new Map<string, 'believed' | 'doubted'>();
  const trialLease = (id: string) => leaseKey(`breaker-trial:${id}`);
  // The store's own log tells when it is away; each replica then tries by itself.
  const quietly = (work: Promise<unknown>) => void work.catch(() => {});

  function planTrial(runtime: EndpointRuntime): void {
    const { breaker } = runtime.state;
    const { id } = runtime.endpoint;
    clearTimeout(timers.get(id));
    if (breaker.kind !== 'open') return;
    const timer = setTimeout(
      () => quietly(askForTrial(runtime)),
      Math.max(0, breaker.untilMs - now() - ASK_BEFORE_MS),
    );
    timer.unref();
    timers.set(id, timer);
  }

  /** What trips in a row have added to the configured time is given up. */
  function tryEarly(runtime: EndpointRuntime): void {
    const { state: known, breaker, endpoint } = runtime;
    proofs.set(endpoint.id, 'believed');
    const untilMs = Math.max(now() + ASK_BEFORE_MS, known.lastFailureMs + breaker.openForMs);
    applyBreaker(known, null, { kind: 'proven', untilMs }, now(), breaker);
    planTrial(runtime);
  }

  async function askForTrial(runtime: EndpointRuntime): Promise<void> {
    if (!state.up || runtime.state.breaker.kind !== 'open') return;
    const granted = await state.acquireLease(trialLease(runtime.endpoint.id), self, TRIAL_LEASE_MS);
    if (granted !== null || runtime.state.breaker.kind !== 'open') return;
    applyBreaker(
      runtime.state,
      null,
      { kind: 'opened_elsewhere', untilMs: now() + ASK_AGAIN_MS },
      now(),
      runtime.breaker,
    );
    planTrial(runtime);
  }

  async function tellOpened({ endpoint }: EndpointRuntime, untilMs: number): Promise<void> {
    const until = Math.round(untilMs);
    await state.raiseUntil(breakerKey(endpoint.id), until);
    await state.publish(breakerChannel, JSON.stringify({ id: endpoint.id, model: null, untilMs: until }));
    await enqueueFailure(state, endpoint.id, now());
  }

  function openedElsewhere(runtime: EndpointRuntime, model: string | null, untilMs: number): void {
    const from = runtime.state.breaker.kind;
    applyBreaker(runtime.state, model, { kind: 'opened_elsewhere', untilMs }, now(), runtime.breaker);
    if (model !== null) return;
    const to = runtime.state.breaker.kind;
    if (to !== from) {
      runtime.state.lastFailureMs = now();
      logger.warn({ endpoint: runtime.endpoint.id, from, to, by: 'another replica' }, 'breaker moved');
    }
    planTrial(runtime);
  }

  async function readAll(): Promise<void> {
    for (const runtime of endpoints().values()) {
      const untilMs = Number(await state.get(breakerKey(runtime.endpoint.id)));
      if (untilMs > now()) openedElsewhere(runtime, null, untilMs);
    }
  }

  const unsubscribe = state.subscribe(breakerChannel, (text) => {
    const message = readRecord(breakerMessage, text);
    const runtime = message && endpoints().get(message.id);
    if (runtime) openedElsewhere(runtime, message.model, message.untilMs);
  });
  const forget = state.onUpChange((up) => {
    if (up) quietly(readAll());
  });
  // In the next turn: `endpoints` is asked then, when the gateway around this is complete.
  queueMicrotask(() => quietly(readAll()));

  return {
    moved(runtime, from) {
      const { breaker } = runtime.state;
      const { id } = runtime.endpoint;
      logger[breaker.kind === 'open' ? 'warn' : 'info'](
        { endpoint: id, from, to: breaker.kind },
        'breaker moved',
      );
      if (from === 'half_open' && state.up) quietly(state.releaseLease(trialLease(id), self));
      if (breaker.kind === 'closed') {
        proofs.delete(id);
        // Else a replica that starts now would read the time that the proof has cut.
        if (state.up) quietly(state.delete(breakerKey(id)));
      }
      if (breaker.kind !== 'open') return;
      if (proofs.has(id)) proofs.set(id, 'doubted');
      if (state.up) quietly(tellOpened(runtime, breaker.untilMs));
      planTrial(runtime);
    },
    proven(runtime) {
      if (runtime.state.breaker.kind === 'open' && proofs.get(runtime.endpoint.id) !== 'doubted')
        tryEarly(runtime);
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      unsubscribe();
      forget();
    },
  };
}
