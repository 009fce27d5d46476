import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import type { Gateway } from './gateway.ts';
import { type Admitted, admit, type Refused } from './ingress/admit.ts';
import { cancelExchange, type Exchange } from './ingress/exchange.ts';
import { NO_CLUSTER } from './metrics.ts';
import { serve } from './pipeline.ts';
import type { Identify } from './policy/client-keys.ts';
import { openClientStream } from './respond/client-stream.ts';
import { responseHeaders } from './respond/response-headers.ts';

/** Silence after which a stream's client gets a comment: well inside the 100 s of the tunnels that people put in front. */
const PING_EVERY_MS = 15_000;
/** A client that reads nothing for this long is dropped (FAULTS S16). */
const WRITE_STALL_MS = 60_000;

export interface ClientApi {
  readonly gateway: Gateway;
  readonly identify: () => Identify;
  readonly requestId: (offered: string | undefined) => string;
}

/** One request of the client API: admitted or refused, then through the pipeline. */
export async function serveClient(
  { gateway, identify, requestId }: ClientApi,
  request: IncomingMessage,
  response: ServerResponse,
  name: DialectName,
): Promise<void> {
  const startedMs = gateway.now();
  const dialect = dialects[name];
  const offered = request.headers['x-request-id'];
  const id = requestId(typeof offered === 'string' ? offered : undefined);
  if (gateway.draining) response.shouldKeepAlive = false;
  const admission = await admit(gateway, identify(), request, name, dialect.protocol);
  if (admission.kind === 'gone') return;
  if (admission.kind === 'refused') {
    gateway.metrics.forCluster(NO_CLUSTER).request(dialect.protocol, 'rejected');
    sendRefusal(request, response, dialect, id, admission);
    return;
  }
  await run(gateway, openExchange(gateway, request, response, dialect, id, startedMs, admission));
}

function openExchange(
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  id: string,
  startedMs: number,
  admitted: Admitted,
): Exchange {
  const { client, body, facts, options, route, limitHeaders } = admitted;
  const { maxTotalTimeMs } = route.route.retry;
  const exchange: Exchange = {
    request,
    response,
    dialect,
    id,
    client,
    body,
    facts,
    options,
    route,
    startedMs,
    routing: gateway.routing,
    deadlineMs: startedMs + Math.min(maxTotalTimeMs, options.timeoutMs ?? maxTotalTimeMs),
    stream:
      facts.stream && dialect.conversational
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
      requestId: id,
      cluster: route.cluster.cluster.name,
      endpoint: 'none',
      model: facts.model,
      attempts: 0,
      fallback: 'none',
      cache: 'off',
      limitHeaders,
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

function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  requestId: string,
  { status, type, code, message, param, model, headers }: Refused,
): void {
  // What was not read of the request is not worth reading.
  if (!request.complete) response.shouldKeepAlive = false;
  const by = {
    requestId,
    cluster: 'none',
    endpoint: 'none',
    model,
    attempts: 0,
    fallback: 'none',
    cache: 'off',
    limitHeaders: headers,
  } as const;
  const body = dialect.errorBody({ status, type, code, message, param, requestId });
  response.writeHead(
    status,
    responseHeaders(by, 'application/json', 'content-length', String(body.length), 'x-should-retry', 'false'),
  );
  response.end(body);
}
