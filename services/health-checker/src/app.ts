import { notFound, onHttpError, sendError } from '@holdfast/runtime/http-error';
import type { Logger } from '@holdfast/runtime/logger';
import { opsRoutes, type Readiness } from '@holdfast/runtime/ops-routes';
import { keyGuards } from '@holdfast/runtime/require-key';
import express, { type Express, type Response } from 'express';
import { type BadInput, chooseCluster, chooseTargets, isBadInput } from './api/choose-targets.ts';
import { endpointStatus, isAvailable, statusOf } from './api/status.ts';
import type { Checker } from './checker.ts';
import type { Fleet } from './fleet.ts';
import type { HealthMetrics } from './metrics.ts';
import type { FailureQueue } from './queue.ts';

export interface AppParts {
  readonly fleet: Fleet;
  readonly checker: Checker;
  readonly queue: FailureQueue;
  readonly metrics: HealthMetrics;
  readonly readiness: () => Readiness;
  readonly logger: Logger;
  readonly now: () => number;
}

const ROUTES = [
  'GET /api/status',
  'POST /api/check-main-api',
  'POST /api/check',
  'GET /metrics',
  'GET /healthz',
  'GET /readyz',
];

/** The service's HTTP side. */
export function createApp({ fleet, checker, queue, metrics, readiness, logger, now }: AppParts): Express {
  const guards = keyGuards(() => ({
    client: fleet.config.server.clientKeys.map(({ key }) => key),
    admin: fleet.config.server.adminKeys.map(({ key }) => key),
  }));
  // Any content type: what is sent here is meant as JSON, and a body that is ignored would check everything.
  const json = express.json({ type: () => true, limit: '10kb' });
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(opsRoutes(metrics.registry, readiness));

  app.get('/api/status', guards.read, (request, response) => {
    const cluster = chooseCluster(fleet, request.query.cluster);
    if (isBadInput(cluster)) return refuse(response, cluster);
    response.json(statusOf(fleet, queue, cluster, now()));
  });

  app.post('/api/check-main-api', guards.write, json, async (request, response) => {
    const cluster = chooseCluster(fleet, request.query.cluster);
    if (isBadInput(cluster)) return refuse(response, cluster);
    const target = cluster?.endpoints[0] && fleet.target(cluster.endpoints[0].id);
    const report = target ? await checker.check(target, 'demand') : null;
    const available = target !== undefined && isAvailable(fleet, target.endpoint.id, now());
    const name = target?.endpoint.name;
    response.json({
      success: report !== null && report.finding.found !== 'down',
      isMainApiAvailable: available,
      message:
        report === null
          ? 'The main API cannot be probed: it is configured so, or no token is free.'
          : report.finding.found === 'down'
            ? `The main API (${name}) is down: ${report.finding.reason}`
            : `The main API (${name}) answered in ${Math.round(report.latencyMs)} ms${report.finding.reason === null ? '' : `: ${report.finding.reason}`}`,
    });
  });

  app.post('/api/check', guards.write, json, async (request, response) => {
    const targets = chooseTargets(fleet, request.body);
    if (isBadInput(targets)) return refuse(response, targets);
    await Promise.all(targets.map((target) => checker.check(target, 'demand')));
    const nowMs = now();
    const results = targets
      .filter(({ endpoint }) => fleet.target(endpoint.id) !== undefined)
      .map(({ endpoint: { id, cluster, name } }) => {
        const { state, reason, latency_ms } = endpointStatus(fleet, queue, id, nowMs);
        return { cluster, endpoint: name, state, reason, latency_ms };
      });
    response.json({ success: results.every(({ state }) => state !== 'down'), results });
  });

  app.use(notFound(ROUTES));
  app.use(onHttpError(logger));
  return app;
}

function refuse(response: Response, { param, message }: BadInput): void {
  sendError(response, { status: 400, code: 'invalid_value', message, param });
}
