const startedMs = performance.timeOrigin;

/** Epoch milliseconds that never jump: the process start by the wall clock, then the monotonic clock (FAULTS I07). */
export const nowMs = (): number => startedMs + performance.now();
