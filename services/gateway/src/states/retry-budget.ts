/** Bounds the retries in flight to a share of the requests in flight, so that an outage is not answered with a storm. */
export interface RetryBudget {
  requestStarted(): void;
  requestEnded(): void;
  /** Takes a place for one retry's attempt; false while there is none. */
  take(share: number): boolean;
  /** Gives the place back when the attempt ended. */
  release(): void;
  /** Calls `wake` once, when there may be a place again; returns the function that calls it off. */
  whenFree(wake: () => void): () => void;
  readonly requests: number;
  readonly retries: number;
}

/** As many retries are always allowed (Envoy's floor). */
const FLOOR = 3;

export function createRetryBudget(): RetryBudget {
  let requests = 0;
  let retries = 0;
  let waiting = new Set<() => void>();

  return {
    requestStarted: () => void requests++,
    requestEnded: () => void requests--,
    take(share) {
      if (retries >= Math.max(FLOOR, Math.floor(requests * share))) return false;
      retries++;
      return true;
    },
    release() {
      retries--;
      // All of them, in the order of their arrival: some may need no place any more, and those who find none wait again.
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    whenFree(wake) {
      waiting.add(wake);
      return () => void waiting.delete(wake);
    },
    get requests() {
      return requests;
    },
    get retries() {
      return retries;
    },
  };
}
