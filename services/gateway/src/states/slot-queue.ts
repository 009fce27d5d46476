/** Those who wait for a free place at an endpoint that is full, in order of arrival and bounded in number. */
export interface SlotQueue {
  /** Resolves true when a place may be free, false when the wait is over or the line is full. */
  wait(maxWaitMs: number, limit: number): Promise<boolean>;
  /** Calls the next in line. */
  wake(): void;
  readonly length: number;
}

export function createSlotQueue(): SlotQueue {
  const line: { call: (free: boolean) => void }[] = [];
  return {
    wait(maxWaitMs, limit) {
      if (line.length >= limit || maxWaitMs <= 0) return Promise.resolve(false);
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          line.splice(line.indexOf(entry), 1);
          resolve(false);
        }, maxWaitMs);
        const entry = {
          call(free: boolean) {
            clearTimeout(timer);
            resolve(free);
          },
        };
        line.push(entry);
      });
    },
    wake: () => line.shift()?.call(true),
    get length() {
      return line.length;
    },
  };
}
