import path from 'node:path';
import { COMPONENTS, type Component, OUTAGES, type Outage, type Sign } from './cell.ts';
import { MATRIX } from './matrix.ts';

const NAMES: Readonly<Record<Component, string>> = {
  redis: 'Redis',
  'health-checker': 'Health-checker',
  'token-rotator': 'Token-rotator',
  tagger: 'Tagger',
  prometheus: 'Prometheus',
};

const OUTAGE_NAMES: Readonly<Record<Outage, string>> = {
  absent: 'absent at the start',
  killed: 'killed (`kill -9`)',
  hung: 'hung (SIGSTOP)',
  flushed: 'flushed (FLUSHALL)',
  back: 'back again, after each of these',
};

const listed = (signs: readonly Sign[]): string =>
  signs.length === 0 ? 'nothing' : signs.map(({ text }) => text.replaceAll('|', '\\|')).join('; ');

export const DOCUMENT = path.resolve(import.meta.dirname, '../../../docs/outage-matrix.md');

const INTRODUCTION = `# Outage matrix

What each part of the suite means to the others while it is away, and how that shows. Every sentence of the tables is tested on
real processes: two gateways under light load (plain answers, streams, a token pool), health-checker, token-rotator, tagger, a real Redis and
a real Prometheus. In no cell does a client request fail.

The tables are written from the tests (\`e2e/scenarios/outage/\`) by \`sh scripts/node.sh e2e/scenarios/outage/write-document.ts\`;
\`e2e/test/outage-*.test.ts\` lives through every cell. What is degraded ends when the part is back.
A hung service is said to be away (503) after five seconds by a question, ten by a change, a minute by a probe on demand.
`;

export const renderDocument = (): string => `${INTRODUCTION}\n${renderMatrix()}`;

/** One table per component, as Markdown. */
function renderMatrix(): string {
  return COMPONENTS.map((component) => {
    const rows = OUTAGES.flatMap((outage) => {
      const cell = MATRIX[component][outage];
      return cell
        ? [
            `| ${OUTAGE_NAMES[outage]} | ${listed(cell.works)} | ${listed(cell.degrades)} | ${listed(cell.shows)} |`,
          ]
        : [];
    });
    return [
      `## ${NAMES[component]}`,
      '',
      '| | still works | degrades | how it shows |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  }).join('\n');
}
