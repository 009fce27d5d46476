import type { IncomingHttpHeaders } from 'node:http';
import { ANTHROPIC_VERSION } from '@holdfast/dialects/upstream-call';

/**
 * Headers of the client's that a provider may see; all others, its credentials among them, stay here. What an endpoint's
 * configuration sets is sent as configured and not overridden.
 */
const FORWARDED = [
  'user-agent',
  'traceparent',
  'tracestate',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'idempotency-key',
] as const;

/** Adds to `headers` (flat pairs) what travels from the client. */
export function addForwardedHeaders(
  headers: string[],
  client: IncomingHttpHeaders,
  protocol: 'openai' | 'anthropic',
): void {
  for (const name of FORWARDED) {
    const value = client[name];
    if (typeof value === 'string') headers.push(name, value);
  }
  if (protocol === 'anthropic' && client['anthropic-version'] === undefined)
    headers.push('anthropic-version', ANTHROPIC_VERSION);
}
