import type { Config } from '@holdfast/config/types';
import { notFound } from '@holdfast/runtime/http-error';
import type { Logger } from '@holdfast/runtime/logger';
import { opsRoutes, type Readiness } from '@holdfast/runtime/ops-routes';
import { keyGuards } from '@holdfast/runtime/require-key';
import express, { type Express } from 'express';
import type { TaggerMetrics } from '../metrics.ts';
import type { Store } from '../store/store.ts';
import { answerErrors } from './api-error.ts';
import { postsRoutes } from './posts-routes.ts';
import { taggingRoutes } from './tagging-routes.ts';

export interface AppOptions {
  readonly config: () => Config;
  readonly store: Store;
  readonly metrics: TaggerMetrics;
  readonly readiness: () => Readiness;
  /** There is something new in line. */
  readonly onQueued: () => void;
  readonly logger: Logger;
  readonly now: () => number;
}

const ROUTES = [
  'POST /users/:user_id/posts',
  'GET /users/:user_id/posts',
  'GET /posts/:post_id',
  'GET /users/:user_id/posts/tagging_stats',
  'POST /users/:user_id/posts/retry_tagging',
  'POST /posts/:post_id/regenerate_tags',
];

export function createApp({ config, store, metrics, readiness, onQueued, logger, now }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Values stay text or lists of text; nested ones are nothing this API has.
  app.set('query parser', 'simple');
  const guards = keyGuards(() => {
    const { clientKeys, adminKeys } = config().server;
    return { client: clientKeys.map(({ key }) => key), admin: adminKeys.map(({ key }) => key) };
  });

  app.use(opsRoutes(metrics.registry, readiness));
  app.use(postsRoutes({ store, config, guards, onCreated: onQueued, onRefused: metrics.postsRefused, now }));
  app.use(taggingRoutes({ store, config, guards, onQueued, now }));
  app.use(notFound(ROUTES));
  // Last: it answers for all of the above.
  app.use(answerErrors(logger));
  return app;
}
