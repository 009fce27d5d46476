/** What every call to a provider has in common, whoever makes it: gateway, probes, token validation. */

type Protocol = 'openai' | 'anthropic';

/** The version every Anthropic call must name (docs.anthropic.com, "Versions"). */
export const ANTHROPIC_VERSION = '2023-06-01';

/**
 * The request path behind an endpoint's origin. As that protocol's SDK takes the base URL: OpenAI's ends in `/v1` and is
 * followed by `/chat/completions`, Anthropic's is followed by `/v1/messages`, and a `/v1` already there is not doubled.
 */
export function upstreamPath(baseUrl: string, protocol: Protocol, path: string): string {
  const base = new URL(baseUrl).pathname.replace(/\/+$/, '');
  return protocol === 'anthropic' ? base.replace(/\/v1$/, '') + path : base + path;
}

/** Where the protocol's list of models is, as `upstreamPath` takes it. */
export function modelsPath(protocol: Protocol): string {
  return protocol === 'anthropic' ? '/v1/models' : '/models';
}

/** The header that carries a credential in a protocol. */
export function credentialHeader(protocol: Protocol, credential: string): [name: string, value: string] {
  return protocol === 'anthropic' ? ['x-api-key', credential] : ['authorization', `Bearer ${credential}`];
}
