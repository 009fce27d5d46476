import type { DialectName } from '@holdfast/dialects/dialect';
import { inspectRequest, type RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { Gateway } from '../gateway.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { clientPath } from './client-routes.ts';
import { type Received, type Refused, refused } from './receive.ts';
import type { RequestOptions } from './request-options.ts';

/** A request that may be worked on. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly client: string;
  readonly body: Buffer;
  readonly facts: RequestFacts;
  readonly options: RequestOptions;
  readonly route: RouteRuntime;
  /** Flat pairs for the response: what is left of the client's limit. */
  readonly limitHeaders: readonly string[];
}

/** Looks at what a received body says. */
export function admit(
  { routing }: Gateway,
  { client, body, options, limitHeaders }: Received,
  dialect: DialectName,
): Admitted | Refused {
  const inspected = inspectRequest(dialect, body);
  if (!inspected.ok) return refused(400, 'invalid_request', inspected.message, inspected.field);
  const { facts } = inspected;
  const route = routing.routeFor(facts.model);
  if (!route)
    return refused(
      404,
      'model_not_found',
      `No route serves the model '${facts.model}'.`,
      'model',
      facts.model,
    );
  // What no endpoint counts is estimated for every model that can be talked to.
  if (!routing.serves(route, dialect === 'anthropic-count-tokens' ? 'anthropic-messages' : dialect)) {
    return refused(
      404,
      'model_not_found',
      `No endpoint of the model '${facts.model}' serves ${clientPath(dialect)}.`,
      'model',
      facts.model,
    );
  }
  return { kind: 'admitted', client, body, facts, options, route, limitHeaders };
}
