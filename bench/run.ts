import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { outputOf, startOn, stopProcess, untilAnswering, usageOf } from './processes.ts';
import { listTargets, type Target, UPSTREAM_PORT } from './targets.ts';

/**
 * The bench: `npm run bench [-- --seconds 4 --repetitions 5 --out bench/results/NAME.md]`. Every target answers the same load
 * in front of the same upstream, in turn, so that what else the machine does hits all of them; read the ratios.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    repetitions: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const repetitions = Number(values.repetitions);
const LOAD_CORE = 0;
const TARGET_CORE = cpus().length > 1 ? 1 : 0;
const here = import.meta.dirname;

type Figures = Record<string, number[]>;

interface LoadResult {
  readonly done: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  readonly firstP50?: number;
}

async function load(mode: string, target: Target, forSeconds: number, size: number): Promise<LoadResult> {
  return JSON.parse(
    await outputOf(LOAD_CORE, [
      process.execPath,
      `${here}/load.ts`,
      mode,
      target.url,
      String(forSeconds),
      String(size),
    ]),
  );
}

/** One round of all loads against one running target. */
async function measure(
  target: Target,
  child: ChildProcess | null,
  add: (figure: string, value: number) => void,
): Promise<void> {
  const usage = () => (child ? usageOf(child.pid!) : { cpuUs: Number.NaN, rssKiB: Number.NaN });
  let before = usage();
  const saturated = await load('closed', target, seconds, 32);
  add('CPU per request (us)', (usage().cpuUs - before.cpuUs) / saturated.done);
  add('requests/s, 32 connections', saturated.done / seconds);
  const steady = await load('open', target, seconds, 500);
  add('p50 at 500/s (us)', steady.p50);
  add('p99 at 500/s (us)', steady.p99);
  before = usage();
  const streams = await load('streams', target, seconds, 200);
  add('CPU per stream event (us)', (usage().cpuUs - before.cpuUs) / streams.done);
  add('time to first event, 200 streams (us)', streams.firstP50!);
  before = usage();
  let peakKiB = before.rssKiB;
  const watch = setInterval(() => {
    peakKiB = Math.max(peakKiB, usage().rssKiB);
  }, 100);
  const wide = await load('streams', target, seconds, 1000);
  clearInterval(watch);
  add('memory per open stream (KiB)', (peakKiB - before.rssKiB) / 1000);
  add('errors', saturated.errors + steady.errors + streams.errors + wide.errors);
}

const work = path.join(tmpdir(), 'holdfast-bench');
const targets = listTargets(work);
const upstream = startOn(LOAD_CORE, [process.execPath, `${here}/lean-upstream.ts`, String(UPSTREAM_PORT)]);
const results = new Map<string, Figures>(targets.map(({ name }) => [name, {}]));
const running = new Map<string, ChildProcess | null>();
const adder = (name: string) => (figure: string, value: number) => {
  const figures = results.get(name)!;
  figures[figure] ??= [];
  figures[figure].push(value);
};

try {
  for (const target of targets) {
    const child = target.start(TARGET_CORE);
    running.set(target.name, child);
    const startMs = await untilAnswering(target.url);
    if (child) adder(target.name)('start (ms)', startMs);
    await load('closed', target, 2, 32);
    await load('streams', target, 1, 200);
  }
  for (let round = 0; round < repetitions; round++) {
    for (const target of round % 2 ? targets.toReversed() : targets)
      await measure(target, running.get(target.name) ?? null, adder(target.name));
    console.error(`round ${round + 1} of ${repetitions} done`);
  }
} finally {
  for (const child of [...running.values(), upstream]) if (child) await stopProcess(child);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const shown = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value.toPrecision(3)) : '';
const figures = [...new Set(targets.flatMap(({ name }) => Object.keys(results.get(name)!)))];
const rows = figures.map((figure) => {
  const base = median(results.get('nginx')?.[figure] ?? []);
  const cells = targets.map(({ name }) => {
    const value = median(results.get(name)![figure] ?? []);
    const ratio =
      name === 'holdfast' && figure !== 'errors' && Number.isFinite(value / base)
        ? ` (${(value / base).toFixed(2)} x nginx)`
        : '';
    return shown(value) + ratio;
  });
  return `| ${[figure, ...cells].join(' | ')} |`;
});
const text = `${cpus().length} cores, Node ${process.version}, ${repetitions} rounds of ${seconds} s, medians. Target on core ${TARGET_CORE}, load and upstream on core ${LOAD_CORE}.

| figure | ${targets.map(({ name }) => name).join(' | ')} |
| --- | ${targets.map(() => '---').join(' | ')} |
${rows.join('\n')}
`;
console.log(text);
if (values.out) {
  mkdirSync(path.dirname(values.out), { recursive: true });
  writeFileSync(
    values.out,
    `# Bench\n\nCommand: \`npm run bench -- --seconds ${seconds} --repetitions ${repetitions}\`\n\n${text}`,
  );
}
