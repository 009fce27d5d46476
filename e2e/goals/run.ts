import { parseArgs } from 'node:util';
import { goals } from './goals.ts';
import { runGoals } from './run-goals.ts';

/**
 * The goals against real processes: `npm run goals -- [--only g01,g03] [--full | --share 0.1]
 * [--seed 1] [--out e2e/results/NAME.md]`. Exit 0 when all passed. Alone on its machine the figures of time mean something.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    share: { type: 'string', default: '0.1' },
    seed: { type: 'string' },
    out: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
const unknown = wanted?.filter((id) => !goals.some((goal) => goal.id === id)) ?? [];
if (unknown.length > 0) {
  console.error(`no such goal: ${unknown.join(', ')}; there are ${goals.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
const passed = await runGoals({
  goals: wanted ? goals.filter(({ id }) => wanted.includes(id)) : goals,
  share: values.full ? 1 : Number(values.share),
  seed: values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed),
  outPath: values.out ?? null,
});
process.exit(passed ? 0 : 1);
