import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import type { Gateway } from './gateway.ts';
import { admit } from './ingress/admit.ts';
import { openExchange } from './ingress/open-exchange.ts';
import { clientLine, type Refused, receive, refused } from './ingress/receive.ts';
import { NO_CLUSTER } from './metrics/labels.ts';
import type { StoreState } from './ops/api-health.ts';
import type { Identify } from './policy/client-keys.ts';
import { respondEstimate } from './respond/respond-estimate.ts';
import { sendRefusal } from './respond/send-refusal.ts';
import { runExchange } from './run-exchange.ts';

export interface ClientApi {
  readonly gateway: Gateway;
  readonly identify: () => Identify;
  readonly requestId: (offered: string | undefined) => string;
  readonly storeState: () => StoreState;
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
  const refuse = (refusal: Refused): void => {
    gateway.metrics.forCluster(NO_CLUSTER).request(dialect.protocol, 'rejected');
    sendRefusal(request, response, dialect, id, refusal);
    gateway.accessLog.refused(id, refusal, gateway.now() - startedMs);
  };
  const received = await receive(gateway, identify(), request);
  if (received.kind === 'gone') return;
  const admission = received.kind === 'received' ? admit(gateway, received, name) : received;
  if (admission.kind === 'refused') {
    refuse(admission);
    return;
  }
  const key = request.headers['idempotency-key'];
  const release =
    typeof key === 'string'
      ? gateway.runningKeys.claim(clientLine(gateway, admission.client, request), key)
      : free;
  if (release === null) {
    refuse(KEY_IN_USE);
    return;
  }
  try {
    const exchange = openExchange(gateway, { request, response, dialect, id, startedMs }, admission);
    if (exchange.routing.serves(exchange.route, name)) await runExchange(gateway, exchange);
    else respondEstimate(exchange, gateway, 'primary');
  } finally {
    release();
  }
}

const free = () => {};
const KEY_IN_USE = refused(
  409,
  'idempotency_key_in_use',
  'A request with this Idempotency-Key is still running.',
  'idempotency-key',
);
