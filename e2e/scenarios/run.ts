import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Scenario, ScenarioResult } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** `npm run scenario -- [NAME ...] [--full]`. Exit 0 when every check passed. Figures of time mean something alone on a machine. */
const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = scenarios.map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}
const { full } = values;
let passed = true;
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
  console.error(`${scenario.name}: ${scenario.title}`);
  const result = await scenario.run({ full, note: (line) => console.error(`${scenario.name}: ${line}`) });
  console.log(report(scenario, result));
  passed &&= result.checks.every((check) => check.passed);
}
process.exit(passed ? 0 : 1);

function report({ name, title }: Scenario, { checks, timeline = [] }: ScenarioResult): string {
  const rows = checks.flatMap(({ figure, value, limit, passed: fine, detail }) => [
    `| ${figure} | ${value} | ${limit} | ${limit === '' ? '' : fine ? 'pass' : 'FAIL'} |`,
    ...(fine || detail === '' ? [] : [detail]),
  ]);
  return [
    `## ${name}: ${title}`,
    '',
    `\`npm run scenario -- ${name}${full ? ' --full' : ''}\`. ${cpus().length} cores, Node ${process.version}.`,
    '',
    ...(timeline.length > 0 ? ['```', ...timeline, '```', ''] : []),
    '| figure | value | limit | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
