import { type AuthHeader, DIALECTS, type Protocol } from '@holdfast/core/protocol';
import { PROVIDERS, type Provider, providerOf } from './providers.ts';
import type { ParsedConfig } from './schema.ts';
import type { Endpoint } from './types.ts';

type ParsedEndpoint = ParsedConfig['clusters'][string]['endpoints'][number];

const AUTH_HEADERS = {
  openai: 'authorization',
  anthropic: 'x-api-key',
} as const satisfies Record<Protocol, AuthHeader>;

/** An endpoint: what it says itself, else what is known of its provider, else what its cluster and protocol have. */
export function buildEndpoint(
  cluster: string,
  clusterProtocol: Protocol,
  endpoint: ParsedEndpoint,
): Endpoint {
  const provider = presetFor(endpoint);
  const protocol = endpoint.protocol ?? provider.protocol ?? clusterProtocol;
  return {
    name: endpoint.name,
    cluster,
    id: `${cluster}/${endpoint.name}`,
    provider: endpoint.provider ?? null,
    protocol,
    baseUrl: baseUrlOf(endpoint.base_url, provider),
    authHeader: endpoint.auth_header ?? provider.authHeader ?? AUTH_HEADERS[protocol],
    query: endpoint.query,
    modelsPath: provider.modelsPath,
    dialects: endpoint.dialects ?? provider.dialects ?? DIALECTS[protocol],
    streamUsage: endpoint.stream_usage ?? provider.streamUsage,
    apiKey: endpoint.api_key ?? null,
    tokenPool: endpoint.token_pool ?? null,
    priority: endpoint.priority,
    weight: endpoint.weight,
    timeoutMs: endpoint.timeout ?? null,
    maxFailures: endpoint.max_failures ?? null,
    maxConcurrency: endpoint.max_concurrency,
    models: endpoint.models,
    headers: headersOf(endpoint.headers, provider),
    probe: endpoint.probe ?? provider.probe,
    continuation: endpoint.continuation,
  };
}

/** What is known of one protocol of a provider's says nothing of another, but where it is. */
function presetFor({ provider, protocol }: ParsedEndpoint): Provider {
  const preset = providerOf(provider);
  const { baseUrl, headers } = preset;
  return protocol === undefined || preset.protocol === null || protocol === preset.protocol
    ? preset
    : { ...PROVIDERS.generic, baseUrl, headers };
}

/** Cross-references make sure that one of them says where. */
function baseUrlOf(written: string | undefined, { baseUrl, basePath }: Provider): string {
  if (written === undefined) return baseUrl!;
  const bare = written.replace(/\/+$/, '');
  return new URL(bare).pathname === '/' ? bare + basePath : bare;
}

/** Names of headers know no case. */
function headersOf(written: Endpoint['headers'], { headers }: Provider): Endpoint['headers'] {
  const own = new Set(Object.keys(written).map((name) => name.toLowerCase()));
  const preset = Object.entries(headers).filter(([name]) => !own.has(name.toLowerCase()));
  return { ...Object.fromEntries(preset), ...written };
}
