import type { IncomingHttpHeaders } from 'node:http';
import type { Protocol } from '@holdfast/core/protocol';
import { ANTHROPIC_VERSION } from '@holdfast/dialects/upstream-call';

/**
 * Headers of the client's that a provider may see; all others, its credentials among them, stay here. What an endpoint's
 * configuration sets is sent as configured and not overridden.
 */
const FORWARDED = ['user-agent', 'traceparent', 'tracestate', 'idempotency-key'] as const;

/** Of a protocol's own: from a client to an endpoint that both speak it. */
const WITH_OWN = {
  openai: [...FORWARDED, 'openai-beta'],
  anthropic: [...FORWARDED, 'anthropic-version', 'anthropic-beta'],
} as const satisfies Record<Protocol, readonly string[]>;

/** Adds to `headers` (flat pairs) what travels from the client. */
export function addForwardedHeaders(
  headers: string[],
  client: IncomingHttpHeaders,
  protocol: Protocol,
  clientProtocol: Protocol,
): void {
  const isSame = protocol === clientProtocol;
  for (const name of isSame ? WITH_OWN[protocol] : FORWARDED) {
    const value = client[name];
    if (typeof value === 'string') headers.push(name, value);
  }
  if (protocol === 'anthropic' && !(isSame && client['anthropic-version'] !== undefined))
    headers.push('anthropic-version', ANTHROPIC_VERSION);
}
