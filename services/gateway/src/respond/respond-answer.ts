import { account } from '../account.ts';
import type { Made } from '../attempt/make-attempt.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { endResponse } from './end-response.ts';
import { responseHeaders } from './response-headers.ts';

const JSON_TYPE = 'application/json';

/** Hands a good answer to the client and accounts for it. */
export function respondAnswer(
  exchange: Exchange,
  gateway: Gateway,
  { plan, route, model, report }: Made,
): void {
  const { response, stream, served, resume } = exchange;
  exchange.usage = resume?.continuation ? resume.continuation.whole(report.usage) : report.usage;
  if (stream === null) {
    exchange.answer = report.answer;
    response.writeHead(
      200,
      responseHeaders(served, JSON_TYPE, 'content-length', String(report.answer!.length)),
    );
    endResponse(response, report.answer, gateway.clientTimers.stallMs);
  } else {
    stream.finish(report.answer ?? report.held, report.ending);
  }
  const isPrimary =
    model === exchange.facts.model && route.cluster.tiers[0]!.includes(plan.runtime) && !resume?.spoken;
  account(exchange, gateway, isPrimary ? 'primary' : 'fallback');
}
