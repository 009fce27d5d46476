/**
 * Idempotency keys of the requests under way: a second request with the key of a running one would run what the client wants
 * to run once (FAULTS C19). A key is free again when its request has ended.
 */
export interface RunningKeys {
  /** Returns what gives the key back; null when it is taken. `client`: whose key it is, so that two may use the same. */
  claim(client: string, key: string): (() => void) | null;
}

export function createRunningKeys(): RunningKeys {
  const running = new Set<string>();
  return {
    claim(client, key) {
      const claimed = `${client}\n${key}`;
      if (running.has(claimed)) return null;
      running.add(claimed);
      return () => void running.delete(claimed);
    },
  };
}
