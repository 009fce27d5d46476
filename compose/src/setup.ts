import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { channelVariables } from '@holdfast/alertmanager/channels';
import { renderConfig } from '@holdfast/alertmanager/render-config';
import { readVariables } from '@holdfast/config/file-twins';
import { loadConfig } from '@holdfast/config/load-config';
import { writeDashboards } from '@holdfast/grafana/write-dashboards';
import { generateRules } from '@holdfast/prometheus/generate-rules';
import { checkExposure } from './check-exposure.ts';
import { writeStackSecrets } from './stack-secrets.ts';
import { summary } from './summary.ts';

/**
 * Runs once before the stack: checks what the operator configured, and writes what the servers cannot work out themselves
 * (secrets, Prometheus' rules, Grafana's dashboards, Alertmanager's configuration) into their volumes below --out. Exits 2 with every reason.
 */
const { values: options } = parseArgs({ options: { out: { type: 'string', default: '/setup' } } });
const { values, problems } = readVariables([
  ...channelVariables,
  'GRAFANA_URL',
  'GRAFANA_ADMIN_PASSWORD',
  'BIND_ADDR',
  'OPEN_ON_PURPOSE',
]);
const TEMPLATES = path.resolve(import.meta.dirname, '../../alertmanager/templates');
const reasons: string[] = problems.map(({ variable, message }) => `${variable} ${message}`);
let told = '';
const at = (name: string) => path.join(options.out, name);

attempt(() => {
  const config = loadConfig();
  const exposed = checkExposure(config, values.BIND_ADDR ?? '', values.OPEN_ON_PURPOSE === 'true');
  if (exposed) throw new Error(exposed);
  const grafanaUrl = (values.GRAFANA_URL ?? 'http://localhost:3000').replace(/\/+$/, '');
  writeFileSync(at('rules/holdfast.yml'), generateRules(config, { grafanaUrl }));
  writeDashboards(at('dashboards'), config);
  told = summary(config, values, grafanaUrl);
});
attempt(() => {
  writeFileSync(at('alertmanager/alertmanager.yml'), renderConfig(values));
  cpSync(TEMPLATES, at('alertmanager/templates'), { recursive: true });
});
attempt(() =>
  writeStackSecrets({ directory: at('secrets'), grafanaPassword: values.GRAFANA_ADMIN_PASSWORD }),
);

if (reasons.length > 0) {
  process.stderr.write(`The stack does not start with this configuration:\n${reasons.join('\n')}\n`);
  process.exitCode = 2;
} else process.stdout.write(told);

function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    reasons.push((error as Error).message);
  }
}
