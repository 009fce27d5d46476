export interface Pause {
  /** Begins or prolongs a rest: twice as long as the last, at least `atLeastMs`. Returns its length. Does nothing while one runs. */
  lengthen(atLeastMs?: number): number;
  /** What is left of it; 0: none. */
  leftMs(): number;
  /** Things work again: the next rest is short. */
  clear(): void;
}

/** Rests that double from `firstMs` to `maxMs` for as long as something keeps failing. Monotonic. */
export function createPause({ firstMs, maxMs }: { firstMs: number; maxMs: number }): Pause {
  let lengthMs = 0;
  let untilMs = 0;
  const leftMs = () => Math.max(0, untilMs - performance.now());
  return {
    leftMs,
    lengthen(atLeastMs = 0) {
      if (leftMs() > 0) return leftMs();
      lengthMs = Math.min(maxMs, Math.max(atLeastMs, lengthMs === 0 ? firstMs : lengthMs * 2));
      untilMs = performance.now() + lengthMs;
      return lengthMs;
    },
    clear() {
      lengthMs = 0;
      untilMs = 0;
    },
  };
}
