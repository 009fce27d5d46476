/** Bounds the retries in flight to a share of the requests in flight, so that an outage is not answered with a storm. */
export interface RetryBudget {
  requestStarted(): void;
  requestEnded(): void;
  /** Takes a place for one retry's attempt, waiting at most `maxWaitMs` for one; false when none came free. */
  take(share: number, maxWaitMs: number): boolean | Promise<boolean>;
  /** Gives the place back when the attempt ended. */
  release(): void;
  readonly requests: number;
  readonly retries: number;
}

/** As many retries are always allowed (Envoy's floor). */
const FLOOR = 3;

export function createRetryBudget(): RetryBudget {
  let requests = 0;
  let retries = 0;
  const waiting = new Set<() => void>();

  const tryTake = (share: number): boolean => {
    if (retries >= Math.max(FLOOR, Math.floor(requests * share))) return false;
    retries++;
    return true;
  };

  return {
    requestStarted: () => void requests++,
    requestEnded: () => void requests--,
    take(share, maxWaitMs) {
      if (tryTake(share)) return true;
      if (maxWaitMs <= 0) return false;
      return new Promise((resolve) => {
        const settle = (taken: boolean) => {
          clearTimeout(timer);
          waiting.delete(retry);
          resolve(taken);
        };
        const retry = () => {
          if (tryTake(share)) settle(true);
        };
        const timer = setTimeout(settle, maxWaitMs, false);
        waiting.add(retry);
      });
    },
    release() {
      retries--;
      const next = waiting.values().next().value;
      next?.();
    },
    get requests() {
      return requests;
    },
    get retries() {
      return retries;
    },
  };
}
