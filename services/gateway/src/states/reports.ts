import { randomUUID } from 'node:crypto';
import type { TokenUse } from '@holdfast/core/tokens/verdict-to-token-event';
import { verdictToTokenEvent } from '@holdfast/core/tokens/verdict-to-token-event';
import type { Verdict } from '@holdfast/core/verdict';
import type { Logger } from '@holdfast/runtime/logger';
import type { SharedState } from '@holdfast/state/shared-state';
import { createTokenReporter } from '@holdfast/state/token-reporter';
import { createTrafficReporter } from '@holdfast/state/traffic';
import type { EndpointRuntime } from './endpoint-runtime.ts';

/** What this gateway tells the others. Every call returns at once: the store is written behind the request's back. */
export interface Reports {
  tokenUsed(pool: string, use: TokenUse, verdict: Verdict): void;
  /** Counts an attempt that says something about its endpoint. `latencyMs`: to the first content of a success. */
  attempted(runtime: EndpointRuntime, ok: boolean, latencyMs: number | null): void;
  close(): Promise<void>;
}

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

  return {
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
