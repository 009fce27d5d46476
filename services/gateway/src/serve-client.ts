import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import type { Gateway } from './gateway.ts';
import { admit } from './ingress/admit.ts';
import { openExchange } from './ingress/open-exchange.ts';
import type { Refused } from './ingress/receive.ts';
import { NO_CLUSTER } from './metrics.ts';
import type { Identify } from './policy/client-keys.ts';
import { responseHeaders } from './respond/response-headers.ts';
import { runExchange } from './run-exchange.ts';

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
  await runExchange(gateway, openExchange(gateway, { request, response, dialect, id, startedMs }, admission));
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
