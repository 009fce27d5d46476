import { Agent, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import express, { type Router } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { Gateway } from '../gateway.ts';
import { sendPlainError } from '../respond/send-plain-error.ts';

type Service = 'healthChecker' | 'tokenRotator' | 'tagger';

/** How long a service may take before it is said to be away. */
const PATIENCE_MS = {
  /** Answered from memory or by one query. */
  read: 5_000,
  write: 10_000,
  /** Waits for providers. */
  probe: 60_000,
};

interface ProxiedRoute {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly service: Service;
  /** Default: by the method. */
  readonly patience?: 'probe';
}

/** The operations API by owner. GET reads, POST changes. */
const ROUTES: readonly ProxiedRoute[] = [
  { method: 'get', path: '/api/status', service: 'healthChecker' },
  { method: 'post', path: '/api/check-main-api', service: 'healthChecker', patience: 'probe' },
  { method: 'post', path: '/api/check', service: 'healthChecker', patience: 'probe' },
  { method: 'get', path: '/v1/tokens/stats', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/reset', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/rotate', service: 'tokenRotator' },
  { method: 'post', path: '/v1/tokens/validate', service: 'tokenRotator', patience: 'probe' },
  { method: 'get', path: '/users/:user_id/posts/tagging_stats', service: 'tagger' },
  { method: 'post', path: '/users/:user_id/posts/retry_tagging', service: 'tagger' },
  { method: 'post', path: '/posts/:post_id/regenerate_tags', service: 'tagger' },
  { method: 'post', path: '/users/:user_id/posts', service: 'tagger' },
  { method: 'get', path: '/users/:user_id/posts', service: 'tagger' },
  { method: 'get', path: '/posts/:post_id', service: 'tagger' },
];

/** Hands the operations API to the services that own it; a service that is away is a 503, and nothing else suffers. */
export function operationsProxies(gateway: Gateway, guards: KeyGuards): Router {
  const router = express.Router();
  const agent = new Agent({ keepAlive: true });
  for (const service of ['healthChecker', 'tokenRotator', 'tagger'] as const) {
    for (const patience of ['read', 'write', 'probe'] as const) {
      const proxy = createProxyMiddleware({
        router: () => gateway.routing.config.services[service].url,
        target: 'http://127.0.0.1',
        agent,
        proxyTimeout: PATIENCE_MS[patience],
        on: {
          error: (error: Error, _request: IncomingMessage, response: ServerResponse | Socket) => {
            gateway.logger.warn({ service, err: error }, 'service does not answer');
            sayAway(response, SHOWN[service]);
          },
        },
      });
      for (const route of ROUTES.filter(
        (known) => known.service === service && patienceFor(known) === patience,
      ))
        router[route.method](route.path, route.method === 'get' ? guards.read : guards.write, proxy);
    }
  }
  return router;
}

const patienceFor = ({ method, patience }: ProxiedRoute) => patience ?? (method === 'get' ? 'read' : 'write');

function sayAway(response: ServerResponse | Socket, service: string): void {
  if (!(response instanceof ServerResponse) || response.headersSent) {
    response.destroy();
    return;
  }
  sendPlainError(response, {
    status: 503,
    message: `The ${service} does not answer.`,
    type: 'api_error',
    code: 'service_unavailable',
  });
}

const SHOWN: Readonly<Record<Service, string>> = {
  healthChecker: 'health-checker',
  tokenRotator: 'token-rotator',
  tagger: 'tagger',
};
