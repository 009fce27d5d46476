import { createInProcessState } from './in-process-state.ts';
import { createRedisState, type StateLogger } from './redis-state.ts';
import type { SharedState } from './shared-state.ts';

/** How long a start waits for the store; after that the service starts without it and takes it up when it comes (I01). */
const PATIENCE_AT_START_MS = 500;

/** The configured store: in-process when no URL is given. With Redis, waits a moment for the first contact, never longer. */
export async function openState(redisUrl: string | null, logger?: StateLogger): Promise<SharedState> {
  if (redisUrl === null) return createInProcessState();
  const state = createRedisState({ url: redisUrl, ...(logger ? { logger } : {}) });
  if (!(await isUpWithin(state, PATIENCE_AT_START_MS))) {
    logger?.warn({}, 'state store is not there yet, starting without it');
  }
  return state;
}

function isUpWithin(state: SharedState, ms: number): Promise<boolean> {
  if (state.up) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (up: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(up);
    };
    const timer = setTimeout(() => settle(false), ms);
    const stop = state.onUpChange(settle);
  });
}
