export interface Sleeper {
  /** Resolves after `ms` or at the next `wake`, whichever is first; at once if `wake` came since the last sleep. One at a time. */
  sleep(ms: number): Promise<void>;
  wake(): void;
}

/** A sleep that can be cut short, for a loop that works when there is something to do. */
export function createSleeper(): Sleeper {
  let woken = false;
  let end: (() => void) | null = null;
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => end?.(), ms);
        end = () => {
          clearTimeout(timer);
          end = null;
          woken = false;
          resolve();
        };
        if (woken) end();
      }),
    wake() {
      woken = true;
      end?.();
    },
  };
}
