import { type HttpError, notFound, onHttpError, sendError } from '@holdfast/runtime/http-error';
import { opsRoutes } from '@holdfast/runtime/ops-routes';
import express from 'express';
import { type PageParts, servePage } from './page/serve-page.ts';

const ROUTES = [
  'GET /',
  'GET /admin/status',
  'GET /admin/alerts',
  'POST /alerts/webhook',
  'GET /metrics',
  'GET /healthz',
  'GET /readyz',
];

const NO_DELIVERY: HttpError = {
  status: 400,
  code: 'invalid_value',
  message: 'alerts: must be a list, as Alertmanager sends it',
  param: 'alerts',
};

/** The admin port: status page, metrics, probes, alerts. Bound to loopback or the compose network only. */
export function createAdminApp(parts: PageParts) {
  const { gateway, alerts, config, storeState } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(
    opsRoutes(gateway.metrics.registry, () => ({
      ready: !gateway.draining,
      checks: {
        draining: gateway.draining ? 'yes' : 'no',
        state: storeState() === 'down' ? 'down' : 'ok',
        config: config().error ?? 'ok',
      },
    })),
  );
  app.use(servePage(parts));
  app.get(['/alerts', '/admin/alerts'], (_request, response) => {
    response.json({ alerts: alerts.list() });
  });
  app.post('/alerts/webhook', express.json({ limit: '1mb' }), (request, response) => {
    const accepted = alerts.receive(request.body);
    if (accepted !== null) response.json({ accepted });
    else sendError(response, NO_DELIVERY);
  });
  app.use(notFound(ROUTES));
  app.use(onHttpError(gateway.logger));
  return app;
}
