/** Epoch ms, with fractions, that never jump: the process start by the wall clock, then the monotonic clock (FAULTS I07). */
export const steadyNow = (): number => performance.timeOrigin + performance.now();
