import type { SuiteProcess } from '../support/suite-process.ts';
import { until } from '../support/until.ts';

type Checker = SuiteProcess & { readonly url: string };

/** Replicas of the health-checker, of which one probes. */
export interface CheckerFleet extends AsyncDisposable {
  running(): readonly Checker[];
  /** Ends the one that probes; resolves with the ms until another one does. */
  replaceProber(how: 'stop' | 'kill'): Promise<number>;
}

/** Longer than its lease (15 s). */
const TAKEOVER_MS = 25_000;
const PROBES = 'this replica probes';

export function checkerFleet(checkers: readonly Checker[]): CheckerFleet {
  const running = () => checkers.filter((checker) => checker.running);
  return {
    running,
    async replaceProber(how) {
      const prober = running().find((checker) => checker.output().includes(PROBES));
      if (!prober) throw new Error('no replica probes');
      const endedMs = performance.now();
      await prober[how]();
      await until(
        'another replica probes',
        () => running().some((checker) => checker.output().includes(PROBES)),
        TAKEOVER_MS,
      );
      return performance.now() - endedMs;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(checkers.map((checker) => checker[Symbol.asyncDispose]()));
    },
  };
}
