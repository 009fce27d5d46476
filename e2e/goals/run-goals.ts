import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { type Check, exactly, type Goal } from './goal.ts';

export interface RunOptions {
  readonly goals: readonly Goal[];
  readonly share: number;
  readonly seed: number;
  /** A Markdown file for the table; null: none. */
  readonly outPath: string | null;
}

interface Result {
  readonly goal: Goal;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

/** Runs them one after the other and prints one table; true when every check passed. */
export async function runGoals({ goals, share, seed, outPath }: RunOptions): Promise<boolean> {
  const results: Result[] = [];
  for (const goal of goals) {
    console.error(`${goal.id}: ${goal.title} (share ${share}, seed ${seed})`);
    const started = performance.now();
    const note = (line: string) => console.error(`${goal.id}: ${line}`);
    const checks = await goal.run({ share, seed, note }).catch((error: unknown) => [
      exactly('errors of the experiment itself', 1, 0, {
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    ]);
    results.push({ goal, checks, seconds: (performance.now() - started) / 1000 });
    for (const { figure, detail, passed } of checks)
      if (!passed) console.error(`${goal.id} FAILED ${figure}\n${detail}`);
  }
  const text = report(results, share, seed);
  console.log(text);
  if (outPath !== null) {
    mkdirSync(path.dirname(outPath), { recursive: true });
    writeFileSync(outPath, `# Goals\n\n${text}`);
  }
  return results.every(({ checks }) => checks.every(({ passed }) => passed));
}

function report(results: readonly Result[], share: number, seed: number): string {
  const only = results.map(({ goal }) => goal.id).join(',');
  const rows = results.flatMap(({ goal, checks, seconds }) => [
    `| **${goal.id}** | **${goal.title}** | | | ${checks.every(({ passed }) => passed) ? 'pass' : 'FAIL'} (${seconds.toFixed(0)} s) |`,
    ...checks.map(
      ({ figure, value, limit, passed }) =>
        `| | ${figure} | ${value} | ${limit} | ${limit === '' ? '' : passed ? 'pass' : 'FAIL'} |`,
    ),
  ]);
  return `Command: \`npm run goals -- --only ${only} --share ${share} --seed ${seed}\`. ${cpus().length} cores, Node ${process.version}.

| goal | figure | value | limit | |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
