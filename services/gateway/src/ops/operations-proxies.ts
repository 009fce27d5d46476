import { Agent, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import express, { type Router } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { Gateway } from '../gateway.ts';

type Service = 'healthChecker' | 'tokenRotator' | 'tagger';

interface ProxiedRoute {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly service: Service;
}

/** The operations API by owner (CONTRACT 4.4). GET reads, POST changes. */
const ROUTES: readonly ProxiedRoute[] = [
  { method: 'get', path: '/api/status', service: 'healthChecker' },
  { method: 'post', path: '/api/check-main-api', service: 'healthChecker' },
  { method: 'post', path: '/api/check', service: 'healthChecker' },
  { method: 'get', path: '/v1/tokens/stats', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/reset', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/rotate', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/validate', service: 'tokenRotator' },
  { method: 'get', path: '/users/:user_id/posts/tagging_stats', service: 'tagger' },
  { method: 'post', path: '/users/:user_id/posts/retry_tagging', service: 'tagger' },
  { method: 'post', path: '/posts/:post_id/regenerate_tags', service: 'tagger' },
  { method: 'post', path: '/users/:user_id/posts', service: 'tagger' },
  { method: 'get', path: '/users/:user_id/posts', service: 'tagger' },
  { method: 'get', path: '/posts/:post_id', service: 'tagger' },
];

/** Reading is answered from memory or one query; a service that takes longer hangs. Changing may wait for a provider's answer. */
const TIMEOUT_MS = { get: 5_000, post: 60_000 };

/** Hands the operations API to the services that own it; a service that is away is a 503, and nothing else suffers. */
export function operationsProxies(gateway: Gateway, guards: KeyGuards): Router {
  const router = express.Router();
  const agent = new Agent({ keepAlive: true });
  for (const service of ['healthChecker', 'tokenRotator', 'tagger'] as const) {
    for (const method of ['get', 'post'] as const) {
      const proxy = createProxyMiddleware({
        router: () => gateway.routing.config.services[service].url,
        target: 'http://127.0.0.1',
        agent,
        proxyTimeout: TIMEOUT_MS[method],
        on: {
          error: (error: Error, _request: IncomingMessage, response: ServerResponse | Socket) => {
            gateway.logger.warn({ service, err: error }, 'service does not answer');
            sayAway(response, SHOWN[service]);
          },
        },
      });
      const guard = method === 'get' ? guards.read : guards.write;
      for (const route of ROUTES.filter((known) => known.service === service && known.method === method))
        router[method](route.path, guard, proxy);
    }
  }
  return router;
}

function sayAway(response: ServerResponse | Socket, service: string): void {
  if (!(response instanceof ServerResponse) || response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(503, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      error: {
        message: `The ${service} does not answer.`,
        type: 'api_error',
        code: 'service_unavailable',
        param: null,
      },
    }),
  );
}

const SHOWN: Readonly<Record<Service, string>> = {
  healthChecker: 'health-checker',
  tokenRotator: 'token-rotator',
  tagger: 'tagger',
};
