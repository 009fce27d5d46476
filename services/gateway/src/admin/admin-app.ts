import { opsRoutes } from '@holdfast/runtime/ops-routes';
import express from 'express';
import { type PageParts, servePage } from './page/serve-page.ts';

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
    if (accepted === null) {
      response.status(400).json({
        error: {
          message: 'alerts: must be a list, as Alertmanager sends it',
          type: 'invalid_request_error',
          code: null,
          param: 'alerts',
        },
      });
      return;
    }
    response.json({ accepted });
  });
  app.use((request, response) => {
    response.status(404).json({
      error: {
        message: `Nothing at ${request.method} ${request.path.slice(0, 100)}.`,
        type: 'invalid_request_error',
        code: null,
        param: null,
      },
    });
  });
  app.use(
    (
      error: { status?: number },
      _request: express.Request,
      response: express.Response,
      _next: express.NextFunction,
    ) => {
      const status = error.status !== undefined && error.status < 500 ? error.status : 500;
      if (status === 500) gateway.logger.error({ err: error }, 'admin request failed');
      response.status(status).json({
        error: {
          message: status === 500 ? 'Internal error.' : 'The request body cannot be read.',
          type: 'invalid_request_error',
          code: null,
          param: null,
        },
      });
    },
  );
  return app;
}
