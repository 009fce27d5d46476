import { randomUUID } from 'node:crypto';
import type { TokenUse } from '@holdfast/core/tokens/verdict-to-token-event';
import { verdictToTokenEvent } from '@holdfast/core/tokens/verdict-to-token-event';
import type { Verdict } from '@holdfast/core/verdict';
import type { Logger } from '@holdfast/runtime/logger';
import { enqueueFailure } from '@holdfast/state/failure-queue';
import { breakerChannel, breakerKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import { createTokenReporter } from '@holdfast/state/token-reporter';
import { createTrafficReporter } from '@holdfast/state/traffic';
import type { EndpointRuntime } from './endpoint-runtime.ts';

/** What this gateway tells the others. Every call returns at once: the store is written behind the request's back. */
export interface Reports {
  breakerMoved(runtime: EndpointRuntime, from: 'closed' | 'open' | 'half_open'): void;
  tokenUsed(pool: string, use: TokenUse, verdict: Verdict): void;
  /** Counts an attempt that says something about its endpoint. `latencyMs`: to the first content of a success. */
  attempted(runtime: EndpointRuntime, ok: boolean, latencyMs: number | null): void;
  close(): Promise<void>;
}

/** Writes under way at once; more are dropped, since each is repeated by the next event of its kind. */
const MAX_PENDING = 100;

export function createReports({
  state,
  logger,
  now,
}: {
  state: SharedState;
  logger: Logger;
  now: () => number;
}): Reports {
  const tokens = createTokenReporter({
    state,
    now,
    onDropped: (count) => logger.warn({ count }, 'token reports dropped, state store is away'),
  });
  const traffic = createTrafficReporter({ state, now, gateway: randomUUID() });
  let pending = 0;

  const behind = (write: () => Promise<unknown>): void => {
    if (!state.up || pending >= MAX_PENDING) return;
    pending++;
    write()
      .catch(() => {}) // the store's own log tells that it is away
      .finally(() => {
        pending--;
      });
  };

  return {
    breakerMoved({ endpoint, state: endpointState }, from) {
      const { breaker } = endpointState;
      logger[breaker.kind === 'open' ? 'warn' : 'info'](
        { endpoint: endpoint.id, from, to: breaker.kind },
        'breaker moved',
      );
      if (breaker.kind !== 'open') return;
      const { untilMs } = breaker;
      behind(async () => {
        await state.raiseUntil(breakerKey(endpoint.id), Math.round(untilMs));
        await state.publish(
          breakerChannel,
          JSON.stringify({ id: endpoint.id, model: null, untilMs: Math.round(untilMs) }),
        );
        await enqueueFailure(state, endpoint.id, now());
      });
    },
    tokenUsed(pool, use, verdict) {
      const event = verdictToTokenEvent(verdict, use);
      if (event?.kind === 'token') tokens.report(pool, use, { result: verdict.result, event: event.event });
    },
    attempted: ({ endpoint }, ok, latencyMs) => traffic.count(endpoint.id, ok, latencyMs),
    async close() {
      traffic.stop();
      await tokens.close();
    },
  };
}
