import type { Config } from '@holdfast/config/types';
import type { GatewayTarget } from './ask-gateway.ts';
import type { JobPolicy } from './job.ts';

/** What the tagger's parts need of the configuration. */

/** Null when no model is configured, and none can be told from the routes. */
export function jobPolicy({ tagging }: Config): JobPolicy | null {
  return tagging.model === null ? null : { ...tagging, model: tagging.model };
}

/** Beyond the gateway's own deadline. */
const SLACK_MS = 10_000;

export function gatewayTarget({ services, server, retry, routes }: Config): GatewayTarget {
  const deadlines = [retry, ...routes.map((route) => route.retry)].map(
    ({ maxTotalTimeMs }) => maxTotalTimeMs,
  );
  return {
    url: services.gateway.url,
    key: server.clientKeys[0]?.key ?? null,
    timeoutMs: Math.max(...deadlines) + SLACK_MS,
  };
}
