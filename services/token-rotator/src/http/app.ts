import { notFound, onHttpError, sendError } from '@holdfast/runtime/http-error';
import type { Logger } from '@holdfast/runtime/logger';
import { opsRoutes, type Readiness } from '@holdfast/runtime/ops-routes';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import { StateUnavailable } from '@holdfast/state/shared-state';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { TokenRotatorMetrics } from '../metrics.ts';
import { type TokenRoutesOptions, tokenRoutes } from './token-routes.ts';

export interface AppOptions extends TokenRoutesOptions {
  readonly metrics: TokenRotatorMetrics;
  readonly readiness: () => Readiness;
  readonly guards: KeyGuards;
  readonly logger: Logger;
}

const ROUTES = [
  'GET /v1/tokens/stats',
  'POST /v1/tokens/reset',
  'POST /v1/tokens/rotate',
  'POST /v1/tokens/validate',
  'GET /metrics',
  'GET /healthz',
  'GET /readyz',
];

export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(opsRoutes(options.metrics.registry, options.readiness));
  app.use(tokenRoutes(options));
  app.use(notFound(ROUTES));
  // Last: they answer for all of the above.
  app.use(onStateUnavailable);
  app.use(onHttpError(options.logger));
  return app;
}

const onStateUnavailable: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof StateUnavailable)) return next(error);
  response.set('retry-after', '5');
  sendError(response, {
    status: 503,
    code: 'state_store_unavailable',
    message:
      'The shared state is away, so no gateway can be told; nothing was changed. The same request may be sent again.',
  });
};
