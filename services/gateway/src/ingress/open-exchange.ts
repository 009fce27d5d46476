import type { IncomingMessage } from 'node:http';
import type { Dialect } from '@holdfast/dialects/dialect';
import { openResume } from '../attempt/resume.ts';
import type { Gateway } from '../gateway.ts';
import type { ClientResponse } from '../respond/client-response.ts';
import { openClientStream } from '../respond/client-stream.ts';
import { NOTHING } from '../respond/response-headers.ts';
import type { Admitted } from './admit.ts';
import type { CannedTexts, Exchange } from './exchange.ts';

/** Who asks, where the answer goes, and since when. */
export interface Opening {
  readonly request: IncomingMessage;
  readonly response: ClientResponse;
  readonly dialect: Dialect;
  readonly id: string;
  readonly startedMs: number;
  /** Said when nothing helps, instead of what the route says. */
  readonly canned?: CannedTexts;
}

/** The exchange of an admitted request, before anything is done for it. */
export function openExchange(gateway: Gateway, opening: Opening, admitted: Admitted): Exchange {
  const { request, response, dialect, id, startedMs } = opening;
  const { client, body, facts, options, route, limitHeaders } = admitted;
  const { retry, fallback } = route.route;
  const canned = fallback.mode === 'canned' && dialect.conversational && !options.honest ? fallback : null;
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
    deadlineMs: startedMs + Math.min(retry.maxTotalTimeMs, options.timeoutMs ?? retry.maxTotalTimeMs),
    canned: opening.canned ?? canned,
    stream:
      facts.stream && dialect.conversational
        ? openClientStream({
            response,
            served: () => exchange.served,
            ...gateway.clientTimers,
            now: gateway.now,
          })
        : null,
    trail: [],
    translations: null,
    thoughtsRefused: false,
    blamed: [],
    served: {
      requestId: id,
      cluster: route.cluster.cluster.name,
      endpoint: 'none',
      model: facts.model,
      attempts: 0,
      fallback: 'none',
      cache: 'off',
      dropped: NOTHING,
      limitHeaders,
    },
    outcome: null,
    usage: null,
    usageEstimated: false,
    refusal: null,
    answer: null,
    stale: null,
    firstContentMs: null,
    elsewhereMs: 0,
    running: null,
    place: -1,
    cancelled: null,
    wake: null,
    resume: null,
  };
  if (route.route.resume) exchange.resume = openResume(exchange);
  return exchange;
}
