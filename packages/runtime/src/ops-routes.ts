import express, { type Router } from 'express';
import type { Registry } from 'prom-client';

export interface Readiness {
  readonly ready: boolean;
  /** What is degraded or missing, by name; never hosts or credentials. */
  readonly checks: Readonly<Record<string, string>>;
}

/** `/metrics`, `/healthz` (alive) and `/readyz` (may get traffic; 503 while draining) of every process. */
export function opsRoutes(registry: Registry, readiness: () => Readiness): Router {
  const router = express.Router();
  router.get('/metrics', async (_request, response) => {
    const text = await registry.metrics();
    response.set('content-type', registry.contentType).send(text);
  });
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', (_request, response) => {
    const { ready, checks } = readiness();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', checks });
  });
  return router;
}
