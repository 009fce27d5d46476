import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { keyGuards } from '@holdfast/runtime/require-key';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Gateway } from './gateway.ts';
import { clientPaths, dialectAt, PREFIXES } from './ingress/client-routes.ts';
import { MAX_HEADERS } from './ingress/client-server.ts';
import { apiHealth } from './ops/api-health.ts';
import { createDatabaseCheck } from './ops/database-check.ts';
import { entryFor, listModels } from './ops/list-models.ts';
import { operationsProxies } from './ops/operations-proxies.ts';
import { sendModelNotFound } from './ops/send-model-not-found.ts';
import { proxyOpaque } from './passthrough.ts';
import { createPersonaTable } from './persona/personas.ts';
import { servePersona } from './persona/serve-persona.ts';
import { type PlainError, sendPlainError } from './respond/send-plain-error.ts';
import { type ClientApi, serveClient } from './serve-client.ts';

/**
 * Everything on the client port. The client API is looked up in an exact table before Express sees the request: it is
 * nearly all of the traffic, and a table cannot be talked into another route.
 */
export function createClientListener(api: ClientApi): RequestListener {
  const rest = createRestApp(api);
  const personaAt = createPersonaTable();
  return (request, response) => {
    const refusal = suspicious(request);
    if (refusal) {
      nameRequest(api, request, response);
      return sendPlainError(response, refusal);
    }
    const dialect = request.method === 'POST' ? dialectAt(request.url!) : undefined;
    if (dialect === undefined) {
      const persona =
        request.method === 'POST' ? personaAt(api.gateway.routing.config, request.url!) : undefined;
      if (persona === undefined) {
        nameRequest(api, request, response);
        rest(request, response);
      } else void servePersona(api, request, response, persona);
      return;
    }
    serveClient(api, request, response, dialect).catch((error: unknown) =>
      crash(api.gateway, response, error),
    );
  };
}

/** The id that every answer carries, also those of no endpoint; model calls and personas name theirs themselves. */
function nameRequest({ requestId }: ClientApi, request: IncomingMessage, response: ServerResponse): void {
  const offered = request.headers['x-request-id'];
  const id = requestId(typeof offered === 'string' ? offered : undefined);
  request.headers['x-request-id'] = id;
  response.setHeader('x-request-id', id);
  response.setHeader('request-id', id);
}

const TOO_MANY_HEADERS: PlainError = { status: 431, message: `More than ${MAX_HEADERS} headers.` };
const TWO_HOSTS: PlainError = { status: 400, message: 'More than one Host header.' };
const BAD_PATH: PlainError = { status: 400, message: 'The request path is not allowed.' };

/** What Node lets through and no honest client sends (FAULTS C02, C03, C04). */
function suspicious(request: IncomingMessage): PlainError | null {
  const raw = request.rawHeaders;
  if (raw.length > 2 * MAX_HEADERS) return TOO_MANY_HEADERS;
  let hosts = 0;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.length === 4 && raw[i]!.toLowerCase() === 'host') hosts++;
  }
  if (hosts > 1) return TWO_HOSTS;
  const url = request.url!;
  if (url.charCodeAt(0) !== 47 || /\/\.{1,2}(?:[/?]|$)|%2e|%2f|%5c|\\/i.test(url)) return BAD_PATH;
  return null;
}

function createRestApp({ gateway, requestId, storeState }: ClientApi) {
  const guards = keyGuards(() => {
    const { clientKeys, adminKeys } = gateway.routing.config.server;
    return { client: clientKeys.map(({ key }) => key), admin: adminKeys.map(({ key }) => key) };
  });
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.get('/health', (_request, response) => {
    response.json({ status: 'ok' });
  });
  const database = createDatabaseCheck(() => gateway.routing.config.services.tagger.url, gateway.now);
  app.get('/api/health', async (_request, response) => {
    response.set('cache-control', 'no-store').json(await apiHealth(gateway, storeState(), database));
  });
  app.get(
    PREFIXES.map((prefix) => `${prefix}/models`),
    guards.read,
    (_request, response) => {
      response.json(listModels(gateway.routing, gateway.modelLists));
    },
  );
  app.get(
    PREFIXES.map((prefix) => `${prefix}/models/*id`),
    guards.read,
    (request, response) => {
      const id = (request.params as unknown as { id: string[] }).id.join('/');
      if (gateway.routing.routeFor(id)) response.json(entryFor(id));
      else sendModelNotFound(request, response, id, requestId(request.get('x-request-id')));
    },
  );
  // Before the 404 of /v1: the token routes live there too.
  app.use(operationsProxies(gateway, guards));
  app.use(guards.read, proxyOpaque(gateway, requestId));
  app.use((request: Request, response: Response) => {
    const asked = `${request.method} ${request.path.slice(0, 100)}`;
    sendPlainError(response, {
      status: 404,
      message: `Nothing at ${asked}. The client API is: ${clientPaths.join(', ')}, GET /v1/models.`,
    });
  });
  // Last: Express hands every error of the routes above to it.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    crash(gateway, response, error),
  );
  return app;
}

const INTERNAL: PlainError = {
  status: 500,
  message: 'Internal error in the gateway.',
  type: 'api_error',
};

/** A bug of ours: the details stay in the log. */
function crash(gateway: Gateway, response: ServerResponse, error: unknown): void {
  gateway.logger.error({ err: error }, 'request failed inside the gateway');
  if (response.headersSent) response.destroy();
  else sendPlainError(response, INTERNAL);
}
