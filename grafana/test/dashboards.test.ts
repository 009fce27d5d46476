import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { alertGroups, defaultRules } from '@holdfast/prometheus/generate-rules';
import { FOREIGN_METRICS, METRIC_CATALOGUE, seriesNames } from '@holdfast/prometheus/metric-catalogue';
import { recordingRules } from '@holdfast/prometheus/rules/recording-rules';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { allBoards } from '../src/boards/all-boards.ts';
import { dashboardJson } from '../src/dashboard-json.ts';
import { queriesOf } from '../src/panel.ts';
import { metricNames } from './metric-names.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const panels = allBoards.flatMap((board) =>
  board.rows.flatMap((row) => row.panels.map((panel) => ({ board, panel }))),
);
const queries = panels.flatMap(({ board, panel }) =>
  queriesOf(panel).map((expr) => ({ where: `${board.title}: ${panel.title}`, expr })),
);

/** As Grafana would send it. */
const filledIn = (expr: string) =>
  expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '30m')
    .replace(/\$(cluster|pool)\b/g, '.*');

describe('the dashboards', () => {
  test('that are committed are what the boards generate (npm run generate)', () => {
    expect(readdirSync(path.join(root, 'dashboards')).sort()).toEqual(
      allBoards.map(({ file }) => file).sort(),
    );
    for (const board of allBoards) expect(read('dashboards', board.file)).toBe(dashboardJson(board));
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
    for (const { rows } of allBoards) {
      const titles = rows.flatMap((row) => row.panels.map(({ title }) => title));
      expect(new Set(titles).size).toBe(titles.length);
    }
    expect(new Set(allBoards.map(({ uid }) => uid)).size).toBe(allBoards.length);
  });

  test('draw the thresholds that the alerts have', () => {
    const { alerts } = loadConfig({ env: {}, cwd: import.meta.dirname });
    const thresholdsOf = (uid: string, title: string) => {
      const found = panels.find(({ board, panel }) => board.uid === uid && panel.title === title)?.panel;
      return found && 'thresholds' in found ? found.thresholds?.map(({ from }) => from) : undefined;
    };
    const ratios = [alerts.fallbackRatio.warning, alerts.fallbackRatio.critical];
    expect(thresholdsOf('holdfast-overview', 'Share not answered by the first choice')).toEqual(ratios);
    expect(thresholdsOf('holdfast-clusters', 'Share not answered by the first choice')).toEqual(ratios);
    expect(thresholdsOf('holdfast-overview', 'Answer time')).toEqual([alerts.responseTimeMs / 1000]);
    for (const threshold of [...ratios, alerts.responseTimeMs / 1000])
      expect(defaultRules()).toContain(`> ${threshold}`);
  });
});

describe('links', () => {
  test('every alert opens a board that exists, with a variable it has', () => {
    const config = loadConfig({ env: {}, cwd: import.meta.dirname });
    for (const { dashboard, dashboardVariable } of Object.values(alertGroups(config)).flat()) {
      const board = allBoards.find(({ uid }) => uid === dashboard)!;
      if (dashboardVariable)
        expect(board.variables.map(({ name }) => name)).toContain(dashboardVariable.name);
    }
  });

  test('boards use the data sources that are provisioned, by their fixed uids', () => {
    const { datasources } = parse(read('provisioning', 'datasources', 'holdfast.yaml')) as {
      datasources: { uid: string; type: string }[];
    };
    expect(datasources.map(({ uid }) => uid)).toEqual(['holdfast-prometheus', 'holdfast-alertmanager']);
    for (const board of allBoards) {
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
      expr: filledIn(expr),
      labels: { where: where.replace(/[^\w ]/g, '') },
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect(stdout + stderr).toContain(`${queries.length} rules found`);
    expect(status).toBe(0);
  });
});
