import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { alertGroups, generateRules, RUNBOOK_PATH } from '@holdfast/prometheus/generate-rules';
import { FOREIGN_METRICS, METRIC_CATALOGUE, seriesNames } from '@holdfast/prometheus/metric-catalogue';
import { recordingRules } from '@holdfast/prometheus/rules/recording-rules';
import { ERROR_RATIO, TAGGING_BACKLOG_SECONDS, TOKENS_LOW_DIVISOR } from '@holdfast/prometheus/rules/rule';
import { staleAfterSeconds } from '@holdfast/prometheus/rules/suite-alerts';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { allBoards } from '../src/boards/all-boards.ts';
import { dashboardJson } from '../src/dashboard-json.ts';
import { fillIn } from '../src/fill-in.ts';
import { queriesOf } from '../src/panel.ts';
import { metricNames } from './metric-names.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const defaults = loadConfig({ env: {}, cwd: import.meta.dirname });
const boards = allBoards(defaults);
const panels = boards.flatMap((board) =>
  board.rows.flatMap((row) => row.panels.map((panel) => ({ board, panel }))),
);
const queries = panels.flatMap(({ board, panel }) =>
  queriesOf(panel).map((expr) => ({ where: `${board.title}: ${panel.title}`, expr })),
);

describe('the dashboards', () => {
  test('that are committed are what the boards generate (npm run generate)', () => {
    expect(readdirSync(path.join(root, 'dashboards')).sort()).toEqual(boards.map(({ file }) => file).sort());
    for (const board of boards) expect(read('dashboards', board.file)).toBe(dashboardJson(board));
  });

  test('show every metric of the suite somewhere', () => {
    const shown = new Set(queries.flatMap(({ expr }) => metricNames(expr)));
    const recorded = new Map(recordingRules.map(({ record, expr }) => [record, metricNames(expr)]));
    const reached = new Set([...shown].flatMap((name) => [name, ...(recorded.get(name) ?? [])]));
    const missing = METRIC_CATALOGUE.filter(
      (metric) => !seriesNames(metric).some((name) => reached.has(name)),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test('use only metrics that exist', () => {
    const known = new Set([
      ...METRIC_CATALOGUE.flatMap(seriesNames),
      ...recordingRules.map(({ record }) => record),
      ...FOREIGN_METRICS,
    ]);
    for (const { where, expr } of queries) {
      const names = metricNames(expr);
      expect({ where, unknown: names.filter((name) => !known.has(name)) }).toEqual({ where, unknown: [] });
      expect(names.length).toBeGreaterThan(0);
    }
  });

  test('say for every panel which question it answers', () => {
    for (const { panel } of panels) expect(panel.description.length).toBeGreaterThan(15);
  });

  test('have distinct titles on a board, and boards distinct uids', () => {
    for (const { rows } of boards) {
      const titles = rows.flatMap((row) => row.panels.map(({ title }) => title));
      expect(new Set(titles).size).toBe(titles.length);
    }
    expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length);
  });

  test.each([
    ['of the defaults', defaults],
    [
      "of an operator's own",
      {
        alerts: {
          ...defaults.alerts,
          fallbackRatio: { warning: 0.2, critical: 0.4, minRequests: 5 },
          responseTimeMs: 7500,
        },
        health: { ...defaults.health, schedule: '0 * * * *' },
      },
    ],
  ])('draw the thresholds that the alerts have: %s', (_name, config) => {
    const own = allBoards(config);
    const thresholdsOf = (uid: string, title: string) => {
      const { rows } = own.find((board) => board.uid === uid)!;
      const panel = rows.flatMap((row) => row.panels).find((candidate) => candidate.title === title)!;
      return 'thresholds' in panel ? panel.thresholds!.map(({ from }) => from) : [];
    };
    const { alerts, health } = config;
    const ratios = [alerts.fallbackRatio.warning, alerts.fallbackRatio.critical];
    const drawn: [title: string, uid: string, expected: number[]][] = [
      ['Share not answered by the first choice', 'holdfast-overview', ratios],
      ['Not answered by the first choice', 'holdfast-overview', ratios],
      ['Share not answered by the first choice', 'holdfast-clusters', ratios],
      ['Answer time', 'holdfast-overview', [alerts.responseTimeMs / 1000]],
      ['Answer time, p95', 'holdfast-overview', [alerts.responseTimeMs / 1000]],
      ['Ended in an error', 'holdfast-overview', [ERROR_RATIO]],
      ['Oldest of them', 'holdfast-suite', [TAGGING_BACKLOG_SECONDS]],
      ['Since the last probes', 'holdfast-suite', [staleAfterSeconds(health)]],
    ];
    const rules = generateRules(config, { grafanaUrl: '' });
    for (const [title, uid, expected] of drawn) {
      expect({ title, thresholds: thresholdsOf(uid, title) }).toEqual({ title, thresholds: expected });
      for (const threshold of expected) expect(rules).toContain(`> ${threshold}`);
    }
    expect(thresholdsOf('holdfast-tokens', 'Usable share by pool').at(-1)).toBe(1 / TOKENS_LOW_DIVISOR);
  });
});

describe('links', () => {
  const withObjective = { ...defaults, alerts: { ...defaults.alerts, availabilityObjective: 0.99 } };
  const alerts = Object.values(alertGroups(withObjective)).flat();

  test('every alert opens a board that exists, with a variable it has', () => {
    for (const { dashboard, dashboardVariable } of alerts) {
      const board = boards.find(({ uid }) => uid === dashboard)!;
      if (dashboardVariable)
        expect(board.variables.map(({ name }) => name)).toContain(dashboardVariable.name);
    }
  });

  test('every alert has a panel that shows what it is about and links to its runbook', () => {
    const linked = new Set(panels.flatMap(({ panel }) => panel.alerts ?? []));
    const expected = alerts.map(({ alert }) => alert).filter((alert) => alert !== 'Watchdog');
    expect([...linked].sort()).toEqual(expected.sort());
    const overview = dashboardJson(boards[0]!);
    expect(overview).toContain(`"url": "${RUNBOOK_PATH}/HoldfastErrorRatioHigh.md"`);
  });

  test('boards use the data sources that are provisioned, by their fixed uids', () => {
    const { datasources } = parse(read('provisioning', 'datasources', 'holdfast.yaml')) as {
      datasources: { name: string; uid: string; type: string }[];
    };
    // The list of alerts wants the name.
    const [lists] = JSON.parse(dashboardJson(boards[0]!)).panels.filter(
      ({ type }: { type: string }) => type === 'alertlist',
    );
    expect(lists.options.datasource).toBe(datasources[0]!.name);
    expect(datasources.map(({ uid }) => uid)).toEqual(['holdfast-prometheus', 'holdfast-alertmanager']);
    for (const board of boards) {
      const text = dashboardJson(board);
      expect(text).toContain('"value": "holdfast-prometheus"');
      expect([...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid)).toEqual(
        expect.arrayContaining(['${datasource}', board.uid]),
      );
    }
  });
});

describeWithServer({ command: 'promtool', install: 'apt-get install -y prometheus' }, 'promtool', () => {
  test('parses every query', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-queries-'));
    const file = path.join(directory, 'queries.yml');
    const rules = queries.map(({ where, expr }, index) => ({
      record: `query:${index}`,
      expr: fillIn(expr, '30m'),
      labels: { where: where.replace(/[^\w ]/g, '') },
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect(stdout + stderr).toContain(`${queries.length} rules found`);
    expect(status).toBe(0);
  });
});
