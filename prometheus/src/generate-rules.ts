import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { stringify } from 'yaml';
import {
  AVAILABILITY_INTERVAL,
  availabilityAlerts,
  availabilityRecordings,
} from './rules/availability-rules.ts';
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

type RulesConfig = Pick<Config, 'alerts' | 'health'>;

/** Every alert the configuration asks for, by group. */
export function alertGroups({
  alerts,
  health,
}: RulesConfig): Readonly<Record<string, readonly AlertDefinition[]>> {
  const { availabilityObjective: objective } = alerts;
  return {
    'holdfast-traffic': trafficAlerts(alerts),
    'holdfast-upstreams': upstreamAlerts,
    'holdfast-suite': suiteAlerts(health),
    ...(objective === null ? {} : { [AVAILABILITY]: availabilityAlerts(objective, alerts) }),
  };
}

const AVAILABILITY = 'holdfast-availability';

/** The rules that this repository ships: those of a configuration that says nothing. */
export function defaultRules(): string {
  return generateRules(defaultConfig(), DEFAULT_LINKS);
}

/** What an availability objective of 99 % adds to them. */
export function defaultAvailabilityRules(): string {
  const { alerts } = defaultConfig();
  const definitions = availabilityAlerts(0.99, alerts);
  return toText([availabilityGroup(definitions, DEFAULT_LINKS)]);
}

const defaultConfig = () => loadConfig({ env: {}, cwd: import.meta.dirname });
const DEFAULT_LINKS: RuleLinks = { grafanaUrl: 'http://localhost:3000' };

/** The text of a Prometheus rules file (syntax of 2.42 and later). */
export function generateRules(config: RulesConfig, links: RuleLinks): string {
  const { [AVAILABILITY]: availability, ...always } = alertGroups(config);
  return toText([
    { name: 'holdfast-recording', rules: recordingRules },
    ...Object.entries(always).map(([name, definitions]) => ({
      name,
      rules: alertingRules(definitions, links),
    })),
    ...(availability ? [availabilityGroup(availability, links)] : []),
  ]);
}

const availabilityGroup = (definitions: readonly AlertDefinition[], links: RuleLinks) => ({
  name: AVAILABILITY,
  interval: AVAILABILITY_INTERVAL,
  rules: [...availabilityRecordings, ...alertingRules(definitions, links)],
});

const toText = (groups: readonly object[]): string =>
  HEADER + stringify({ groups }, { lineWidth: 0, blockQuote: 'literal' });

const alertingRules = (definitions: readonly AlertDefinition[], links: RuleLinks) =>
  definitions.map((definition) => alertingRule(definition, links));

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
