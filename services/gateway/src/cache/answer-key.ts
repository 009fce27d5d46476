import { hash } from 'node:crypto';
import { parseObject } from '@holdfast/dialects/json';
import type { Exchange } from '../ingress/exchange.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { canonicalJson } from './canonical-json.ts';

/** Part of every key: entries of another format are never found. */
const FORMAT = 1;

/** Requests that change something, or ask about something that changes: the same words do not ask for the same answer. */
const NEVER_THE_SAME = [
  'previous_response_id',
  'conversation',
  'background',
  'store',
  'web_search_options',
  'plugins',
  'mcp_servers',
  'container',
];

/** Headers of the client's that reach the provider and may change its answer. */
const TELLING_HEADERS = ['anthropic-version', 'anthropic-beta', 'openai-beta'];

/** The name under which an answer to this request may be kept and found; null when it may not. */
export type AnswerKeys = (exchange: Exchange) => string | null;

/**
 * Keys hash who asks, which endpoints would be asked, and the whole request: nothing that could change the answer is left
 * out, `stream` included. Requests with tools have no key: their answers are acts.
 */
export function createAnswerKeys(): AnswerKeys {
  const scopes = new WeakMap<RouteRuntime, string>();
  const scopeOf = (route: RouteRuntime): string => {
    let scope = scopes.get(route);
    if (scope === undefined) {
      const endpoints = route.cluster.endpoints.map(({ endpoint }) => [
        endpoint.id,
        endpoint.baseUrl,
        endpoint.protocol,
        endpoint.dialects,
        Object.entries(endpoint.models),
      ]);
      scope = JSON.stringify(endpoints);
      scopes.set(route, scope);
    }
    return scope;
  };

  return (exchange) => {
    const { dialect, facts, body, route, request } = exchange;
    if (facts.hasTools || dialect.name === 'openai-images') return null;
    const asked = parseObject(body.toString());
    if (asked === null || NEVER_THE_SAME.some((field) => asked[field])) return null;
    // One of several answers may be cut or filtered; such are not kept.
    if (Number(asked.n ?? 1) > 1 || Number(asked.best_of ?? 1) > 1) return null;
    const canonical = canonicalJson(asked);
    if (canonical === null) return null;
    const told = TELLING_HEADERS.map((name) => request.headers[name] ?? null);
    const who = JSON.stringify([FORMAT, tenantOf(exchange), dialect.name, told]);
    // Each part is JSON on one line, so no two requests make the same text.
    return hash('sha256', `${who}\n${scopeOf(route)}\n${canonical}`, 'hex');
  };
}

/** Who may be told the same: everybody who has the same client key. Without keys there is one tenant. */
function tenantOf({ client, routing }: Exchange): string {
  return routing.config.server.clientKeys.length > 0 ? `key:${client}` : 'anyone';
}
