import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientFault, Dialect, DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import { inspectRequest, type RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { Gateway } from './gateway.ts';
import { cancelExchange, type Exchange } from './ingress/exchange.ts';
import { type BodyResult, readBody } from './ingress/read-body.ts';
import { type RequestOptions, requestOptions } from './ingress/request-options.ts';
import { NO_CLUSTER } from './metrics.ts';
import { serve } from './pipeline.ts';
import type { Identify } from './policy/client-keys.ts';
import { openClientStream } from './respond/client-stream.ts';
import { responseHeaders, type ServedBy } from './respond/response-headers.ts';
import type { RouteRuntime } from './states/routing.ts';

/** Silence after which a stream's client gets a comment: well inside the 100 s of the tunnels that people put in front. */
const PING_EVERY_MS = 15_000;
/** A client that reads nothing for this long is dropped (FAULTS S16). */
const WRITE_STALL_MS = 60_000;

export interface ClientApi {
  readonly gateway: Gateway;
  readonly identify: () => Identify;
  readonly requestId: (offered: string | undefined) => string;
}

/** One request of the client API: everything that can refuse it, in order, then the pipeline. */
export async function serveClient(
  { gateway, identify, requestId }: ClientApi,
  request: IncomingMessage,
  response: ServerResponse,
  name: DialectName,
): Promise<void> {
  const startedMs = gateway.now();
  const dialect = dialects[name];
  const { routing } = gateway;
  const offered = request.headers['x-request-id'];
  const id = requestId(typeof offered === 'string' ? offered : undefined);
  const refuse = (
    status: number,
    type: string,
    code: string | null,
    message: string,
    param: string | null = null,
    model = 'none',
  ) => {
    gateway.metrics.forCluster(NO_CLUSTER).request(dialect.protocol, 'rejected');
    sendRefusal(response, dialect, { status, type, code, message, param, requestId: id }, model);
  };

  const client = identify()(request.headers);
  if (client === null)
    return refuse(
      401,
      'authentication_error',
      'invalid_api_key',
      'Missing or wrong API key: send it as Authorization: Bearer or x-api-key.',
    );
  if (!isJson(request.headers['content-type']))
    return refuse(
      415,
      'invalid_request_error',
      'unsupported_media_type',
      'Send the body as application/json in UTF-8.',
    );
  const options = requestOptions(request.headers);
  if ('header' in options)
    return refuse(
      400,
      'invalid_request_error',
      'invalid_header',
      `Header ${options.header} ${options.message}.`,
      options.header,
    );

  const read: BodyResult = await readBody(request, routing.config.server.maxBodyBytes);
  if (read.kind === 'gone') return;
  if (read.kind === 'too_large') {
    response.shouldKeepAlive = false;
    return refuse(
      413,
      'invalid_request_error',
      'request_too_large',
      `The request body is larger than ${routing.config.server.maxBodyBytes} bytes.`,
    );
  }
  const inspected = inspectRequest(name, read.body);
  if (!inspected.ok)
    return refuse(400, 'invalid_request_error', 'invalid_request', inspected.message, inspected.field);
  const { facts } = inspected;
  const route = routing.routeFor(facts.model);
  if (!route)
    return refuse(
      404,
      'invalid_request_error',
      'model_not_found',
      `No route serves the model '${facts.model}'.`,
      'model',
      facts.model,
    );
  if (route.cluster.cluster.protocol !== dialect.protocol) {
    return refuse(
      404,
      'invalid_request_error',
      'model_not_found',
      `The model '${facts.model}' is not served over this API.`,
      'model',
      facts.model,
    );
  }
  if (gateway.draining) response.shouldKeepAlive = false;
  await run(
    gateway,
    openExchange({
      gateway,
      request,
      response,
      dialect,
      id,
      client,
      body: read.body,
      facts,
      options,
      route,
      startedMs,
    }),
  );
}

interface Opening {
  readonly gateway: Gateway;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly id: string;
  readonly client: string;
  readonly body: Buffer;
  readonly facts: RequestFacts;
  readonly options: RequestOptions;
  readonly route: RouteRuntime;
  readonly startedMs: number;
}

function openExchange({ gateway, ...given }: Opening): Exchange {
  const { response, facts, options, route, startedMs } = given;
  const { maxTotalTimeMs } = route.route.retry;
  const exchange: Exchange = {
    ...given,
    routing: gateway.routing,
    deadlineMs: startedMs + Math.min(maxTotalTimeMs, options.timeoutMs ?? maxTotalTimeMs),
    stream: facts.stream
      ? openClientStream({
          response,
          served: () => exchange.served,
          pingEveryMs: PING_EVERY_MS,
          stallMs: WRITE_STALL_MS,
          now: gateway.now,
        })
      : null,
    trail: [],
    served: {
      requestId: given.id,
      cluster: route.cluster.cluster.name,
      endpoint: 'none',
      model: facts.model,
      attempts: 0,
      fallback: 'none',
      cache: 'off',
    },
    outcome: null,
    usage: null,
    refusal: null,
    firstContentMs: null,
    elsewhereMs: 0,
    running: null,
    cancelled: null,
    wake: null,
  };
  return exchange;
}

async function run(gateway: Gateway, exchange: Exchange): Promise<void> {
  const { response, route } = exchange;
  const metrics = gateway.metrics.forCluster(route.cluster.cluster.name);
  gateway.exchanges.add(exchange);
  gateway.budget.requestStarted();
  metrics.inFlight++;
  // `close` of the request says nothing about the client; that of an unfinished response does (FAULTS rule 8).
  response.once('close', () => {
    if (!response.writableFinished) cancelExchange(exchange, 'client');
  });
  try {
    await serve(exchange, gateway);
  } finally {
    exchange.stream?.close();
    metrics.inFlight--;
    gateway.budget.requestEnded();
    gateway.exchanges.delete(exchange);
  }
}

function sendRefusal(response: ServerResponse, dialect: Dialect, fault: ClientFault, model: string): void {
  const by: ServedBy = {
    requestId: fault.requestId,
    cluster: 'none',
    endpoint: 'none',
    model,
    attempts: 0,
    fallback: 'none',
    cache: 'off',
  };
  const body = dialect.errorBody(fault);
  response.writeHead(
    fault.status,
    responseHeaders(by, 'application/json', 'content-length', String(body.length), 'x-should-retry', 'false'),
  );
  response.end(body);
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined || !/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) return false;
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}
