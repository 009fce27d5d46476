import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A test that proves what is said of a fault: its file, below the repository, and what its name says. */
export interface Proof {
  readonly file: string;
  /** Empty: the fault's code is in the names of the file. */
  readonly name: string;
}

export const ROOT = path.resolve(import.meta.dirname, '../../..');
const GATEWAY_TESTS = 'services/gateway/test';

/** Proved where the matter is at home, under a name that says it without the code. */
const ELSEWHERE: Readonly<Record<string, readonly Proof[]>> = {
  I05: [
    { file: 'packages/state/test/redis-faults.test.ts', name: 'nothing breaks: groups, leases and moments' },
  ],
  I06: [
    { file: 'packages/state/test/redis-faults.test.ts', name: 'a late reply never answers another call' },
  ],
  I08: [
    {
      file: 'services/tagger/test/queue-suite.ts',
      name: 'of a worker that died are claimed again when its lease is over',
    },
    { file: 'services/health-checker/test/outages.test.ts', name: 'three replicas, one of them killed' },
  ],
  I10: [
    { file: 'services/tagger/test/outage-suite.ts', name: 'it refuses posts honestly, says so, stays alive' },
  ],
  I11: [
    { file: 'services/tagger/test/queue-suite.ts', name: 'are finished once: the same result a second time' },
  ],
  I12: [{ file: 'services/tagger/test/line-suite.ts', name: 'gives up a post under which its process died' }],
  I15: [
    { file: 'packages/runtime/test/on-signals.test.ts', name: 'late socket errors are counted and go on' },
  ],
  X01: [{ file: 'services/health-checker/test/service.test.ts', name: 'make one prober’s worth of probes' }],
  X11: [
    {
      file: 'services/gateway/test/replicas.test.ts',
      name: 'what one replica finds broken the other spares',
    },
  ],
  X12: [{ file: 'services/gateway/test/hedging.test.ts', name: 'the loser is cut and blamed for nothing' }],
};

/** Every proof of every code: in the gateway's own tests by code, and elsewhere by name. */
export function proofsOf(codes: readonly string[]): ReadonlyMap<string, readonly Proof[]> {
  const texts = testFiles(GATEWAY_TESTS).map((file) => ({ file, names: namesIn(textOf(file)) }));
  return new Map(
    codes.map((code) => {
      const mentioned = new RegExp(`\\b${code}\\b`);
      const here = texts.filter(({ names }) => mentioned.test(names)).map(({ file }) => ({ file, name: '' }));
      return [code, [...here, ...(ELSEWHERE[code] ?? [])]];
    }),
  );
}

export const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Names of tests and of the tables behind them; what a comment mentions proves nothing. */
const namesIn = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

function testFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .map((name) => path.posix.join(folder, String(name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('failure-modes.test.ts'))
    .sort();
}
