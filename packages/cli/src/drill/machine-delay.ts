import { monitorEventLoopDelay } from 'node:perf_hooks';

/** As configured, not as it ran: a drill that lost more than this to its own machine says little about the configuration. */
const BEARABLE_MS = 3_000;

export interface MachineDelay {
  /** How long the process was kept waiting, at the 99th percentile, as configured; null when that is bearable. */
  read(): number | null;
}

/** Watches how late this process's own timers are: in a drill at `speed` each such delay looks as many times as long. */
export function watchMachine(speed: number): MachineDelay {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  return {
    read() {
      histogram.disable();
      const delayMs = Math.round((histogram.percentile(99) / 1e6) * speed);
      return delayMs > BEARABLE_MS ? delayMs : null;
    },
  };
}
