export interface Wakeable {
  /** Runs the task now, or once more right after the run under way. */
  wake(): void;
  stop(): void;
}

/** Runs `task` every `intervalMs`, and sooner when woken; never twice at a time. A failure goes to `onError`, and it goes on. */
export function runWakeably(
  task: () => Promise<void>,
  intervalMs: number,
  onError: (error: unknown) => void,
): Wakeable {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  let stopped = false;

  function run(): void {
    clearTimeout(timer);
    running = true;
    again = false;
    task()
      .catch(onError)
      .finally(() => {
        running = false;
        if (stopped) return;
        if (again) return run();
        timer = setTimeout(run, intervalMs);
        timer.unref();
      });
  }

  timer = setTimeout(run, intervalMs);
  timer.unref();
  return {
    wake() {
      again = true;
      if (!running && !stopped) run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
