import { estimatedTokens } from '@holdfast/dialects/answers/estimated-tokens';
import { account } from '../account.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { endResponse } from './end-response.ts';
import { responseHeaders } from './response-headers.ts';

/** Whether an endpoint of the route answers this model without counting for it: its count is an estimate of ours. */
export const isEstimatedAt = ({ dialect, route }: Exchange): boolean =>
  dialect.name === 'anthropic-count-tokens' &&
  route.cluster.endpoints.some(
    ({ dialects }) => dialects['anthropic-messages'] !== null && dialects[dialect.name] === null,
  );

/** Counts a request's input for a model whose endpoints cannot: from the length of its texts, and marked as that. */
export function respondEstimate(exchange: Exchange, gateway: Gateway, outcome: 'primary' | 'fallback'): void {
  const { response, facts } = exchange;
  const body = Buffer.from(JSON.stringify({ input_tokens: estimatedTokens(facts.approxInputChars) }));
  exchange.served = { ...exchange.served, cluster: 'none', endpoint: 'none' };
  response.writeHead(
    200,
    responseHeaders(
      exchange.served,
      'application/json',
      'content-length',
      String(body.length),
      'x-holdfast-estimated',
      'input_tokens',
    ),
  );
  endResponse(response, body, gateway.clientTimers.stallMs);
  account(exchange, gateway, outcome);
}
