import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { describe, expect, test } from '@jest/globals';
import { alertGroups, generateRules, RUNBOOK_PATH } from '../src/generate-rules.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/runbooks');
const defaults = loadConfig({ env: {}, cwd: import.meta.dirname });
const everything = { ...defaults, alerts: { ...defaults.alerts, availabilityObjective: 0.99 } };
const alerts = Object.values(alertGroups(everything)).flatMap((group) => group.map(({ alert }) => alert));
const page = (name: string) => readFileSync(path.join(folder, `${name}.md`), 'utf8');

describe('the runbooks', () => {
  test('there is one for every alert, and none for an alert that does not exist', () => {
    const pages = readdirSync(folder).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(alerts.map((alert) => `${alert}.md`).sort());
  });

  test.each(alerts)('%s says what it means, who feels it, how to find the cause and what to do', (alert) => {
    const text = page(alert);
    expect(text.match(/^#+ .*/gm)).toEqual([
      `# ${alert}`,
      '## Meaning',
      '## Impact',
      '## Diagnosis',
      '## Mitigation',
    ]);
    for (const section of text.split(/^## .*$/m).slice(1)) expect(section.trim().length).toBeGreaterThan(30);
    expect(text).toMatch(/docker compose|\.\/holdfast/);
  });

  test('links lead to pages that exist, and the list of pages is complete', () => {
    for (const name of [...alerts, 'README']) {
      for (const [, target] of page(name).matchAll(/\]\(([^)]+)\)/g))
        expect({ name, target, exists: existsSync(path.join(folder, target!)) }).toEqual({
          name,
          target,
          exists: true,
        });
    }
    for (const alert of alerts) expect(page('README')).toContain(`[${alert}](${alert}.md)`);
  });

  test("alerts link to them where the stack's Grafana serves them", () => {
    const rules = generateRules(everything, { grafanaUrl: 'http://localhost:3000' });
    for (const alert of alerts)
      expect(rules).toContain(`runbook_url: http://localhost:3000${RUNBOOK_PATH}/${alert}.md`);
    const compose = readFileSync(path.resolve(folder, '../../docker-compose.yml'), 'utf8');
    expect(compose).toContain(`./docs/runbooks:/usr/share/grafana${RUNBOOK_PATH}:ro`);
  });
});
