import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { alertGroups, defaultAvailabilityRules, defaultRules, generateRules } from '../src/generate-rules.ts';
import { longestGapSeconds } from '../src/longest-gap.ts';
import { metricsPage } from '../src/metrics-page.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const defaults = loadConfig({ env: {}, cwd: import.meta.dirname });
const withObjective = { ...defaults, alerts: { ...defaults.alerts, availabilityObjective: 0.99 } };
const alertNames = Object.values(alertGroups(withObjective)).flatMap((group) =>
  group.map(({ alert }) => alert),
);

interface WrittenAlert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

function written(text: string): WrittenAlert[] {
  const { groups } = parse(text) as { groups: { rules: (WrittenAlert | { record: string })[] }[] };
  return groups.flatMap(({ rules }) => rules.filter((rule): rule is WrittenAlert => 'alert' in rule));
}

describe('the rules', () => {
  test('that are committed are what the defaults generate (npm run generate)', () => {
    expect(read('rules', 'holdfast.yml')).toBe(defaultRules());
    expect(read('rules', 'optional', 'availability.yml')).toBe(defaultAvailabilityRules());
    expect(read('..', 'docs', 'metrics.md')).toBe(metricsPage());
  });

  test('include every alert of the contract', () => {
    expect(alertNames).toEqual(
      expect.arrayContaining([
        'HoldfastFallbackRatioHigh',
        'HoldfastFallbackRatioCritical',
        'HoldfastResponseTimeHigh',
        'HoldfastErrorRatioHigh',
        'HoldfastTokenPoolExhausted',
        'HoldfastTokenPoolLow',
        'HoldfastEndpointDown',
        'HoldfastClusterDown',
        'HoldfastServiceDown',
        'HoldfastHealthCheckerStale',
        'HoldfastConfigReloadFailed',
        'HoldfastStateStoreDown',
        'HoldfastTaggingBacklog',
        'Watchdog',
      ]),
    );
  });

  test('on the error budget exist only where an availability objective is set', () => {
    const links = { grafanaUrl: 'http://localhost:3000' };
    expect(defaultRules()).not.toContain('HoldfastErrorBudget');
    const added = generateRules(withObjective, links).slice(defaultRules().length);
    expect(`groups:\n${added}`).toBe(defaultAvailabilityRules().replace(/^#.*\n/, ''));
  });

  test.each([...written(defaultRules()), ...written(defaultAvailabilityRules())])(
    '$alert says how bad it is, what is wrong and where to read on',
    (alert) => {
      expect(alert).toMatchObject({ for: expect.any(String), keep_firing_for: expect.any(String) });
      expect(alert.labels.severity).toMatch(/^(critical|warning|none)$|\bcritical\b.*\bwarning\b/);
      expect(alert.annotations.summary!.length).toBeGreaterThan(10);
      expect(alert.annotations.description!.length).toBeGreaterThan(40);
      expect(alert.annotations.dashboard_url).toMatch(/^http:\/\/localhost:3000\/d\/holdfast-/);
    },
  );

  test('take their thresholds, the probe schedule and the links from the configuration', () => {
    const text = generateRules(
      {
        alerts: {
          fallbackRatio: { warning: 0.25, critical: 0.6, minRequests: 33 },
          responseTimeMs: 4500,
          availabilityObjective: 0.995,
        },
        health: { ...defaults.health, schedule: '0 * * * *' },
      },
      { grafanaUrl: 'https://grafana.example.com' },
    );
    const exprOf = (name: string) => written(text).find(({ alert }) => alert === name)?.expr;
    expect(exprOf('HoldfastFallbackRatioHigh')).toContain('> 0.25');
    expect(exprOf('HoldfastFallbackRatioHigh')).toContain('>= 33');
    expect(exprOf('HoldfastFallbackRatioCritical')).toContain('> 0.6');
    expect(exprOf('HoldfastResponseTimeHigh')).toContain('> 4.5');
    expect(exprOf('HoldfastHealthCheckerStale')).toContain('> 10800');
    // 14.4 times half a percent.
    expect(exprOf('HoldfastErrorBudgetBurnFast')).toContain('> 0.072');
    expect(exprOf('HoldfastErrorBudgetBurnSlow')).toContain('>= 33');
    expect(text).not.toContain('localhost');
  });

  test('know the longest pause of a schedule, not the usual one', () => {
    expect(longestGapSeconds('*/5 * * * *')).toBe(300);
    expect(longestGapSeconds('0 9-17 * * *')).toBe(16 * 3600);
    expect(longestGapSeconds('*/10 * * * * *')).toBe(10);
  });
});

describe('the promtool tests', () => {
  const conditions = [
    'fires',
    'does not fire just below',
    'is silent without traffic',
    'is silent on a single failure',
    'holds through a counter reset',
    'holds through a scrape gap',
    "keeps firing through a moment's recovery",
  ];
  const alwaysFiring = 'Watchdog';

  test.each(alertNames)('for %s cover firing and every way to be silent', (alert) => {
    const { tests } = parse(read('tests', `${alert}.yml`)) as { tests: { name: string }[] };
    const expected = alert === alwaysFiring ? ['fires'] : conditions;
    expect(tests.map(({ name }) => name)).toEqual(
      expect.arrayContaining(expected.map((condition) => `${alert} ${condition}`)),
    );
  });
});

describeWithServer({ command: 'promtool', install: 'apt-get install -y prometheus' }, 'promtool', () => {
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  test.each(readdirSync(path.join(root, 'tests')))('passes the rules in %s', (file) => {
    const { status, output } = promtool('test', 'rules', `tests/${file}`);
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('accepts the rules and the scrape configuration', () => {
    for (const file of ['rules/holdfast.yml', 'rules/optional/availability.yml'])
      expect(promtool('check', 'rules', file)).toMatchObject({ status: 0 });
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
  });
});
