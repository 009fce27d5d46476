import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '@holdfast/config/load-config';
import { defaultRules, generateRules } from './generate-rules.ts';

/**
 * Writes the rules for the configuration in use (or, with --default, the ones this repository ships) to --out, and
 * exits 2 with every problem when that configuration is invalid.
 */
const { values } = parseArgs({
  options: {
    default: { type: 'boolean', default: false },
    out: { type: 'string', default: path.resolve(import.meta.dirname, '../rules/holdfast.yml') },
    'grafana-url': { type: 'string', default: 'http://localhost:3000' },
  },
});

try {
  const rules = values.default
    ? defaultRules()
    : generateRules(loadConfig(), { grafanaUrl: values['grafana-url'].replace(/\/+$/, '') });
  mkdirSync(path.dirname(values.out), { recursive: true });
  writeFileSync(values.out, rules);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
