export interface Waiters {
  /** Resolves with the first value that `look` finds, now or after a change; rejects after `timeoutMs`, saying what was missing. */
  until<T>(look: () => T | undefined, timeoutMs: number, missing: () => string): Promise<T>;
  changed(): void;
}

/** Lets tests await a state instead of sleeping until it is probably reached. */
export function createWaiters(): Waiters {
  const checks = new Set<() => void>();
  return {
    until: (look, timeoutMs, missing) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          checks.delete(check);
          reject(new Error(`${missing()} after ${timeoutMs} ms`));
        }, timeoutMs);
        function check() {
          const found = look();
          if (found === undefined) return;
          clearTimeout(timer);
          checks.delete(check);
          resolve(found);
        }
        checks.add(check);
        check();
      }),
    changed() {
      for (const check of checks) check();
    },
  };
}
