import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '@holdfast/config/load-config';
import { defaultAvailabilityRules, defaultRules, generateRules } from './generate-rules.ts';
import { metricsPage } from './metrics-page.ts';

/**
 * Writes the rules for the configuration in use (or, with --default, the ones this repository ships, beside them the
 * optional ones, and the page about metrics) to --out, and exits 2 with every problem when that configuration is invalid.
 */
const { values } = parseArgs({
  options: {
    default: { type: 'boolean', default: false },
    out: { type: 'string', default: path.resolve(import.meta.dirname, '../rules/holdfast.yml') },
    'grafana-url': { type: 'string', default: 'http://localhost:3000' },
  },
});

try {
  if (values.default) {
    write(values.out, defaultRules());
    write(path.join(path.dirname(values.out), 'optional/availability.yml'), defaultAvailabilityRules());
    write(path.resolve(import.meta.dirname, '../../docs/metrics.md'), metricsPage());
  } else {
    const grafanaUrl = values['grafana-url'].replace(/\/+$/, '');
    write(values.out, generateRules(loadConfig(), { grafanaUrl }));
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function write(file: string, rules: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, rules);
}
