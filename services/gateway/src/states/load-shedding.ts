import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from '@holdfast/runtime/logger';

/** How hard the process has it. */
export interface Pressure {
  /** Delay of the event loop in ms that 99 % of its turns stayed below since the last look, by work of its own. */
  readonly loopDelayMs: number;
  /** Of the heap that V8 allows, the share in use. */
  readonly heapShare: number;
}

export interface PressureSource {
  read(): Pressure;
  stop(): void;
}

/** Turns requests away before the process drowns in them (FAULTS I16, I17). */
export interface LoadShedding {
  /** Whether a new request is turned away. `random` in [0, 1). */
  refuses(lowPriority: boolean, random: () => number): boolean;
  /** Looks at the pressure and decides for the time until the next look. */
  look(): void;
  stop(): void;
}

/** Low priority is shed as soon as there is overload, of the others a share that grows while it lasts. */
export interface ShedState {
  readonly overloaded: boolean;
  readonly share: number;
}

const MAX_LOOP_DELAY_MS = 100;
const MAX_HEAP_SHARE = 0.9;
/** After so many looks in a row at an overload everything new is shed. */
const LOOKS_TO_ALL = 3;
const RECOVERY = 0.25;
/** Long enough for the 99th percentile to need more than one stall. */
const LOOK_EVERY_MS = 2000;
const RESOLUTION_MS = 20;
/** Below this share of the time at work, a late loop has other reasons than its work: shedding would not help. */
const BUSY = 0.7;
/** Below this share of the time on a processor, others hold it. Low enough for a container with half a processor. */
const RUNNING = 0.4;

export const NOTHING_SHED: ShedState = { overloaded: false, share: 0 };

/** The next state. The first look at an overload sheds low priority only; a calm look gives back a part. Pure. */
export function nextShedState(state: ShedState, { loopDelayMs, heapShare }: Pressure): ShedState {
  const overloaded = loopDelayMs > MAX_LOOP_DELAY_MS || heapShare > MAX_HEAP_SHARE;
  if (overloaded)
    return {
      overloaded,
      share: state.overloaded ? Math.min(1, state.share + 1 / LOOKS_TO_ALL) : state.share,
    };
  return state.share === 0 ? NOTHING_SHED : { overloaded, share: Math.max(0, state.share - RECOVERY) };
}

export function createLoadShedding(logger: Logger, source: PressureSource = measurePressure()): LoadShedding {
  let state = NOTHING_SHED;
  const look = () => {
    const pressure = source.read();
    const next = nextShedState(state, pressure);
    if (next.overloaded !== state.overloaded)
      logger[next.overloaded ? 'warn' : 'info'](
        pressure,
        next.overloaded ? 'overloaded, shedding requests' : 'no longer overloaded',
      );
    state = next;
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    refuses: (lowPriority, random) =>
      (lowPriority && (state.overloaded || state.share > 0)) || (state.share > 0 && random() < state.share),
    look,
    stop() {
      clearInterval(timer);
      source.stop();
    },
  };
}

function measurePressure(): PressureSource {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let seen = performance.eventLoopUtilization();
  let seenMs = performance.now();
  let used = process.cpuUsage();
  return {
    read() {
      const { utilization } = performance.eventLoopUtilization(seen);
      seen = performance.eventLoopUtilization();
      const { user, system } = process.cpuUsage(used);
      const running = (user + system) / 1000 / (performance.now() - seenMs);
      used = process.cpuUsage();
      seenMs = performance.now();
      const drowning = utilization >= BUSY && running >= RUNNING;
      const loopDelayMs = drowning ? delay.percentile(99) / 1e6 - RESOLUTION_MS : 0;
      delay.reset();
      const { used_heap_size: heap, heap_size_limit: limit } = getHeapStatistics();
      return { loopDelayMs, heapShare: heap / limit };
    },
    stop: () => void delay.disable(),
  };
}
