import type { Verdict } from '@holdfast/core/verdict';
import type { AttemptSummary, ClientFault } from '@holdfast/dialects/dialect';
import { account } from '../account.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { GaveUp } from '../plan/plan.ts';
import { attemptsFailedMessage } from './fault-message.ts';
import { type FinalFault, finalFault } from './final-fault.ts';
import { isEstimatedAt, respondEstimate } from './respond-estimate.ts';
import { respondStored } from './respond-stored.ts';
import { NOTHING, responseHeaders } from './response-headers.ts';

/**
 * The end of a request that no endpoint answered: the provider's rightful refusal, the canned answer, or an honest error,
 * each in the client's dialect and in the form its stream has by now.
 */
export function respondFailure(
  exchange: Exchange,
  gateway: Gateway,
  failures: readonly Verdict[],
  gaveUp: GaveUp,
): void {
  if (exchange.cancelled === 'client') {
    exchange.stream?.close();
    account(exchange, gateway, 'cancelled');
    return;
  }
  const last = failures.at(-1);
  if (exchange.stream?.zone === 'content') {
    const fault = clientFault(
      exchange,
      interrupted(last),
      `The stream was interrupted: ${exchange.served.endpoint} ${last?.summary ?? 'gateway is shutting down'}. Request ${exchange.id}`,
    );
    exchange.stream.breakOff(exchange.dialect.errorEvent(fault));
    account(exchange, gateway, 'exhausted');
    return;
  }
  // What all who were asked refuse with a reason is wrong, even if each might have been alone in that.
  if (
    last?.passThrough &&
    (gaveUp.because === 'refused' || failures.every(({ passThrough }) => passThrough))
  ) {
    sendFault(exchange, refusalFault(exchange, last), null, exchange.served.endpoint);
    account(exchange, gateway, 'rejected');
    return;
  }
  const { canned, stale } = exchange;
  if (stale) {
    respondStored(exchange, gateway, stale, 'stale');
    return;
  }
  if (canned) {
    sendCanned(exchange, canned.status, canned.texts[Math.floor(gateway.random() * canned.texts.length)]!);
    account(exchange, gateway, 'canned');
    return;
  }
  if (isEstimatedAt(exchange)) {
    exchange.served = { ...exchange.served, attempts: exchange.trail.length, fallback: 'endpoint' };
    respondEstimate(exchange, gateway, 'fallback');
    return;
  }
  const final = finalFault(failures, gaveUp, gateway.now());
  sendFault(
    exchange,
    clientFault(exchange, final, messageFor(exchange, final, gaveUp)),
    final.retryAfterS,
    'none',
  );
  account(exchange, gateway, 'exhausted');
}

const interrupted = (last: Verdict | undefined): Pick<FinalFault, 'status' | 'type' | 'code'> => ({
  status: last?.clientStatus ?? 503,
  type: 'upstream_error',
  code: last?.code === 'S18' ? 'deadline' : 'stream_interrupted',
});

function messageFor(exchange: Exchange, { status }: FinalFault, { because, untilMs }: GaveUp): string {
  const { model } = exchange.facts;
  if (exchange.trail.length > 0) return attemptsFailedMessage(model, exchange.trail, exchange.id);
  if (because === 'deadline')
    return `The deadline passed before model '${model}' could be asked. Request ${exchange.id}`;
  if (because === 'overloaded')
    return `All endpoints for model '${model}' are at capacity. Request ${exchange.id}`;
  if (status === 429)
    return `Every endpoint for model '${model}' is rate limited${untilMs === null ? '' : ' at the moment'}. Request ${exchange.id}`;
  if (status === 413)
    return `The request is larger than any endpoint for model '${model}' takes. Request ${exchange.id}`;
  return `No endpoint for model '${model}' is available at the moment. Request ${exchange.id}`;
}

function clientFault(
  exchange: Exchange,
  { status, type, code }: Pick<FinalFault, 'status' | 'type' | 'code'>,
  message: string,
): ClientFault {
  const attempts: AttemptSummary[] = exchange.trail.map(({ endpoint, result, status, duration_ms }) => ({
    endpoint,
    result,
    status,
    duration_ms,
  }));
  return { status, type, code, message, param: null, requestId: exchange.id, attempts };
}

/** The provider's own words about a request it rightly refuses, scrubbed where they were read. */
function refusalFault(exchange: Exchange, { clientStatus, code }: Verdict): ClientFault {
  const refusal = exchange.refusal;
  return {
    status: clientStatus,
    type: refusal?.type ?? 'invalid_request_error',
    // Clients that shorten their prompt look for this word, which not every provider sends.
    code: refusal?.code ?? (code === 'P02' ? 'context_length_exceeded' : null),
    message: refusal?.message || `The provider refused the request. Request ${exchange.id}`,
    param: refusal?.param ?? null,
    requestId: exchange.id,
  };
}

/** An error as status and body, or as an event where headers have gone out. */
export function sendFault(
  exchange: Exchange,
  fault: ClientFault,
  retryAfterS: number | null,
  endpoint: string,
): void {
  const { response, stream, dialect } = exchange;
  stream?.close();
  if (stream?.zone === 'waiting') {
    stream.breakOff(dialect.errorEvent(fault));
    return;
  }
  const by = {
    ...exchange.served,
    endpoint,
    cluster: endpoint === 'none' ? 'none' : exchange.served.cluster,
    model: exchange.facts.model,
    attempts: exchange.trail.length,
    fallback: 'none' as const,
    dropped: NOTHING,
  };
  const body = dialect.errorBody(fault);
  const headers = responseHeaders(
    by,
    'application/json',
    'content-length',
    String(body.length),
    'x-should-retry',
    'false',
  );
  if (retryAfterS !== null) headers.push('retry-after', String(retryAfterS));
  response.writeHead(fault.status, headers);
  response.end(body);
}

function sendCanned(exchange: Exchange, status: number, text: string): void {
  const { response, stream, dialect, facts } = exchange;
  const created = Math.floor(exchange.startedMs / 1000);
  const answer = { model: facts.model, text, requestId: exchange.id, created };
  exchange.served = {
    ...exchange.served,
    cluster: 'none',
    endpoint: 'none',
    model: facts.model,
    attempts: exchange.trail.length,
    fallback: 'canned',
    dropped: NOTHING,
  };
  if (stream) {
    stream.finish(dialect.cannedStream(answer), null);
    return;
  }
  const body = dialect.cannedBody(answer);
  response.writeHead(
    status,
    responseHeaders(exchange.served, 'application/json', 'content-length', String(body.length)),
  );
  response.end(body);
}
