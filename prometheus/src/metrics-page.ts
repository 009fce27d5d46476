import { METRIC_CATALOGUE } from './metric-catalogue.ts';
import type { Job, MetricDescription } from './metric-description.ts';

const JOBS: readonly Job[] = ['gateway', 'health-checker', 'token-rotator', 'tagger'];

/** `docs/metrics.md`: the catalogue for people. */
export function metricsPage(): string {
  const everywhere = METRIC_CATALOGUE.filter(({ jobs }) => jobs.length === JOBS.length);
  const sections = [
    ...JOBS.map((job) =>
      section(
        job,
        METRIC_CATALOGUE.filter(({ jobs }) => jobs.length === 1 && jobs[0] === job),
      ),
    ),
    section('Every process', everywhere),
  ];
  return `${HEADER}\n${sections.join('\n')}`;
}

const HEADER = `# Metrics

Each process shows its own on \`/metrics\` (ports 4001 to 4004), beside Node's and the process's defaults. Series of configured names exist at
0 from the start, except those of pairs of endpoints (\`holdfast_fallbacks_total\`). Models are named if the configuration names them, otherwise \`other\`; no key, user,
address or request id is in a label. Which alerts use them is in [the rules](../prometheus/rules/holdfast.yml).

This page is generated from \`prometheus/src/metric-catalogue.ts\` (\`npm run generate\`).
`;

function section(title: string, metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(
    ({ name, type, labels, question }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${question} |`,
  );
  return `## ${title}\n\n| metric | type | labels | question |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
