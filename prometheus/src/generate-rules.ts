import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { stringify } from 'yaml';
import { recordingRules } from './rules/recording-rules.ts';
import type { AlertDefinition } from './rules/rule.ts';
import { suiteAlerts } from './rules/suite-alerts.ts';
import { trafficAlerts } from './rules/traffic-alerts.ts';
import { upstreamAlerts } from './rules/upstream-alerts.ts';

export interface RuleLinks {
  /** Where people reach Grafana, without a final slash; it serves the runbooks too (docs/operations.md). */
  readonly grafanaUrl: string;
}

export const RUNBOOK_PATH = '/public/runbooks';

const HEADER = `# Generated from the configuration's \`alerts:\` by prometheus/src/main.ts; edit prometheus/src/rules/ instead.
`;

/** Every alert the configuration asks for, by group. */
export function alertGroups(
  config: Pick<Config, 'alerts' | 'health'>,
): Readonly<Record<string, readonly AlertDefinition[]>> {
  return {
    'holdfast-traffic': trafficAlerts(config.alerts),
    'holdfast-upstreams': upstreamAlerts,
    'holdfast-suite': suiteAlerts(config.health),
  };
}

/** The rules that this repository ships: those of a configuration that says nothing. */
export function defaultRules(): string {
  const config = loadConfig({ env: {}, cwd: import.meta.dirname });
  return generateRules(config, { grafanaUrl: 'http://localhost:3000' });
}

/** The text of a Prometheus rules file (syntax of 2.42 and later). */
export function generateRules(config: Pick<Config, 'alerts' | 'health'>, links: RuleLinks): string {
  const alerts = Object.entries(alertGroups(config)).map(([name, definitions]) => ({
    name,
    rules: definitions.map((definition) => alertingRule(definition, links)),
  }));
  const document = { groups: [{ name: 'holdfast-recording', rules: recordingRules }, ...alerts] };
  return HEADER + stringify(document, { lineWidth: 0, blockQuote: 'literal' });
}

function alertingRule(definition: AlertDefinition, { grafanaUrl }: RuleLinks) {
  const { dashboard, dashboardVariable: variable } = definition;
  const query = variable ? `?var-${variable.name}={{ $labels.${variable.label} }}` : '';
  return {
    alert: definition.alert,
    expr: definition.expr,
    for: definition.for,
    keep_firing_for: definition.keepFiringFor,
    labels: { severity: definition.severity },
    annotations: {
      summary: definition.summary,
      description: definition.description,
      runbook_url: `${grafanaUrl}${RUNBOOK_PATH}/${definition.alert}.md`,
      dashboard_url: `${grafanaUrl}/d/${dashboard}${query}`,
    },
  };
}
