import type { AuthHeader, Protocol } from '@holdfast/core/protocol';

/** What every call to a provider has in common, whoever makes it: gateway, probes, token validation. */

/** The version every Anthropic call must name (docs.anthropic.com, "Versions"). */
export const ANTHROPIC_VERSION = '2023-06-01';

/** An endpoint, as far as its calls depend on it. */
export interface CallTarget {
  readonly baseUrl: string;
  readonly protocol: Protocol;
  readonly authHeader: AuthHeader;
  /** Parameters of every call. */
  readonly query: Readonly<Record<string, string>>;
  /** Where the list of models is, relative to the base URL's last segment; null: where the protocol has it. */
  readonly modelsPath: string | null;
}

/**
 * The request target behind an endpoint's origin. As that protocol's SDK takes the base URL: OpenAI's ends in `/v1` and is
 * followed by `/chat/completions`, Anthropic's is followed by `/v1/messages`, and a `/v1` already there is not doubled.
 */
export function upstreamPath({ baseUrl, protocol, query }: CallTarget, path: string): string {
  const base = new URL(baseUrl).pathname.replace(/\/+$/, '');
  return (protocol === 'anthropic' ? base.replace(/\/v1$/, '') : base) + path + queryText(query);
}

/** The target of a call for the list of models. */
export function modelsPath(target: CallTarget): string {
  const { baseUrl, protocol, query, modelsPath: own } = target;
  if (own !== null) return new URL(own, baseUrl).pathname + queryText(query);
  return upstreamPath(target, protocol === 'anthropic' ? '/v1/models' : '/models');
}

/** The header that carries a credential to an endpoint. */
export function credentialHeader(
  { authHeader }: Pick<CallTarget, 'authHeader'>,
  credential: string,
): [name: string, value: string] {
  return authHeader === 'authorization'
    ? ['authorization', `Bearer ${credential}`]
    : [authHeader, credential];
}

const queryText = (query: CallTarget['query']): string => {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
};
