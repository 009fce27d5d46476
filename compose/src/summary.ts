import { channels } from '@holdfast/alertmanager/channels';
import type { Config } from '@holdfast/config/types';

/** What the stack is about to run, for the log of `setup`: one fact a line. */
export function summary(
  config: Config,
  values: Readonly<Record<string, string>>,
  grafanaUrl: string,
): string {
  const { source, clusters, alerts } = config;
  const endpoints = clusters.reduce((sum, cluster) => sum + cluster.endpoints.length, 0);
  const on = channels.filter(({ required }) => required.every((name) => values[name]));
  const { warning, critical } = alerts.fallbackRatio;
  const lines = [
    `configuration  ${source}: ${clusters.length} clusters, ${endpoints} endpoints`,
    `alerts         to ${['the status page', ...on.map(({ name }) => name)].join(', ')}; fallback ratio above ${warning} and ${critical}`,
    `dashboards     ${grafanaUrl}, user admin; password: docker compose exec grafana cat /run/secrets/grafana/admin-password`,
  ];
  if (source === 'built-in')
    lines.push(
      'This is the built-in demo. Its providers come with `docker compose --profile demo up`; without them every answer is a canned one.',
      'For your own providers set HOLDFAST_CONFIG or their variables in .env (see .env.example).',
    );
  return `${lines.join('\n')}\n`;
}
