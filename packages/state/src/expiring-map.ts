/** A map whose entries may have an end; memory is given back without timers. */
export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  /** `untilMs` in epoch ms; absent: for good. */
  set(key: string, value: V, untilMs?: number): void;
  delete(key: string): void;
  /** Epoch ms, Infinity when for good, null when there is no entry. */
  untilMs(key: string): number | null;
  /** Entries held, expired ones that were not swept yet included. */
  readonly size: number;
}

const SWEEP_AT_LEAST_EVERY = 1000;

export function createExpiringMap<V>(now: () => number): ExpiringMap<V> {
  const entries = new Map<string, { value: V; untilMs: number }>();
  let writesToSweep = SWEEP_AT_LEAST_EVERY;

  const live = (key: string) => {
    const entry = entries.get(key);
    if (!entry || entry.untilMs > now()) return entry;
    entries.delete(key);
    return undefined;
  };
  /** Once per as many writes as there are entries: constant cost per write. */
  const sweepSometimes = () => {
    writesToSweep -= 1;
    if (writesToSweep > 0) return;
    const nowMs = now();
    for (const [key, { untilMs }] of entries) if (untilMs <= nowMs) entries.delete(key);
    writesToSweep = Math.max(SWEEP_AT_LEAST_EVERY, entries.size);
  };

  return {
    get: (key) => live(key)?.value,
    set(key, value, untilMs = Number.POSITIVE_INFINITY) {
      entries.set(key, { value, untilMs });
      sweepSometimes();
    },
    delete: (key) => void entries.delete(key),
    untilMs: (key) => live(key)?.untilMs ?? null,
    get size() {
      return entries.size;
    },
  };
}
