import { METRIC_CATALOGUE, OUTCOMES } from './metric-catalogue.ts';
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
  return `${HEADER}\n${sections.join('\n')}\n${LABELS}`;
}

const HEADER = `# Metrics

Each process shows its own on \`/metrics\` (ports 4001 to 4004), beside Node's and the process's defaults. Series of configured names exist at
0 from the start, except those of pairs of endpoints (\`holdfast_fallbacks_total\`). Models are named if the configuration names them, otherwise \`other\`; no key, user,
address or request id is in a label. Which alerts use them is in [the rules](../prometheus/rules/holdfast.yml).

This page is generated from \`prometheus/src/metric-catalogue.ts\` (\`npm run generate\`).
`;

const LABELS = `## What labels say

- \`outcome\`: ${OUTCOMES.map((outcome) => `\`${outcome}\``).join(', ')}. A request is counted once, when it has ended, on the cluster of the model asked for; \`llm_cluster="none"\` if
  that has no route. Calls that are passed through (\`/v1/audio/*\`, \`/v1/files*\`) are counted like all others.
- \`from\`, \`to\`, \`reason\` of a fallback: two endpoints and the \`result\` of the attempt that failed; or, when an endpoint of the first tier was not even tried,
  \`breaker_open\`, \`down\`, \`cooling\`, \`full\`, \`ramp\` (it has just come back) or \`no_token\`; or two models, when one of \`fallback_models\` was tried.
- \`reason\` of a retry that was not made: \`budget\`, \`deadline\`, \`client_retry\` (the client's SDK has used it up by its own retries).
`;

function section(title: string, metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(
    ({ name, type, labels, question }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${question} |`,
  );
  return `## ${title}\n\n| metric | type | labels | question |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
